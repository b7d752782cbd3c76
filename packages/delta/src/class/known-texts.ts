import { deltaInvalid } from '../difference/delta-invalid.ts';
import type { VarintReader, VarintWriter } from '../varint.ts';

/** What a text is to those before it: a new one; the one that last stood behind the one before; or another known one. The position is the id. */
const [isNew, isExpected, isKnown] = [0, 1, 2];

interface TextStreams<T> {
  readonly choices: T;
  readonly known: T;
  readonly texts: T;
}

/** Which known text stood behind each the last time, on both sides alike. */
class Followers {
  readonly #followers: (number | undefined)[] = [];
  #last = 0;

  expected(): number | undefined {
    return this.#followers[this.#last];
  }

  pass(text: number): void {
    this.#followers[this.#last] = text;
    this.#last = text + 1;
  }
}

/** Writes texts, each of them once. None has a byte 0, which ends each. */
export class TextWriter {
  readonly #to: TextStreams<VarintWriter>;
  readonly #numbers = new Map<string, number>();
  readonly #followers = new Followers();

  constructor(to: TextStreams<VarintWriter>) {
    this.#to = to;
  }

  /** @param text one character for each byte */
  add(text: string): void {
    const number = this.#numbers.get(text);
    if (number === undefined) this.#addNew(text);
    else if (number === this.#followers.expected()) this.#to.choices.addByte(isExpected);
    else {
      this.#to.choices.addByte(isKnown);
      this.#to.known.add(number);
    }
    this.#followers.pass(number ?? this.#numbers.size - 1);
  }

  #addNew(text: string): void {
    this.#numbers.set(text, this.#numbers.size);
    this.#to.choices.addByte(isNew);
    this.#to.texts.addBytes(Buffer.from(text, 'latin1'));
    this.#to.texts.addByte(0);
  }
}

/** Reads what {@link TextWriter} wrote. */
export class TextReader {
  readonly #from: TextStreams<VarintReader>;
  /** Positions behind the known texts. They are no views, which would be larger than most texts. */
  readonly #ends: number[] = [];
  readonly #followers = new Followers();

  constructor(from: TextStreams<VarintReader>) {
    this.#from = from;
  }

  /** In which all texts lie. */
  get bytes(): Uint8Array {
    return this.#from.texts.bytes;
  }

  /**
   * The number of the next text.
   * @throws DELTA_INVALID
   */
  next(): number {
    const number = this.#number(this.#from.choices.nextByte());
    if (number === undefined || number >= this.#ends.length)
      throw deltaInvalid(`class files have no text ${number}`);
    this.#followers.pass(number);
    return number;
  }

  /** Where a text begins that is known. */
  startOf(number: number): number {
    return number === 0 ? 0 : this.endOf(number - 1) + 1;
  }

  endOf(number: number): number {
    return this.#ends[number] as number;
  }

  #number(choice: number): number | undefined {
    if (choice === isExpected) return this.#followers.expected();
    if (choice === isKnown) return this.#from.known.next();
    if (choice !== isNew) throw deltaInvalid(`a text of class files is said in the unknown way ${choice}`);
    return this.#ends.push(this.#from.texts.passUntil(0)) - 1;
  }
}
