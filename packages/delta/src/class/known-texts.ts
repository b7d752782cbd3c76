import { deltaInvalid } from '../difference/delta-invalid.ts';
import type { VarintReader, VarintWriter } from '../varint.ts';
import { kinds } from './typed-streams.ts';
import type { ValueReader, ValueWriter } from './typed-values.ts';

/** What a text is to those before it: a new one; the one that last stood behind the one before; or another known one. The position is the id. */
const [isNew, isExpected, isKnown] = [0, 1, 2];

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
  readonly #values: ValueWriter;
  readonly #texts: VarintWriter;
  readonly #numbers = new Map<string, number>();
  readonly #followers = new Followers();

  constructor(values: ValueWriter, texts: VarintWriter) {
    this.#values = values;
    this.#texts = texts;
  }

  /**
   * @param text one character for each byte
   * @param use what texts are like
   */
  add(text: string, use: number): void {
    this.#values.lead(use);
    const number = this.#numbers.get(text);
    if (number === undefined) this.#addNew(text);
    else if (number === this.#followers.expected()) this.#choose(isExpected);
    else {
      this.#choose(isKnown);
      this.#values.add(kinds.knownTexts, number);
    }
    this.#followers.pass(number ?? this.#numbers.size - 1);
  }

  #addNew(text: string): void {
    this.#numbers.set(text, this.#numbers.size);
    this.#choose(isNew);
    this.#texts.addBytes(Buffer.from(text, 'latin1'));
    this.#texts.addByte(0);
  }

  #choose(choice: number): void {
    this.#values.add(kinds.textChoices, choice);
  }
}

/** Reads what {@link TextWriter} wrote. */
export class TextReader {
  readonly #values: ValueReader;
  readonly #texts: VarintReader;
  /** Positions behind the known texts. They are no views, which would be larger than most texts. */
  readonly #ends: number[] = [];
  readonly #followers = new Followers();

  constructor(values: ValueReader, texts: VarintReader) {
    this.#values = values;
    this.#texts = texts;
  }

  /** In which all texts lie. */
  get bytes(): Uint8Array {
    return this.#texts.bytes;
  }

  /**
   * The number of the next text.
   * @param use as it was written
   * @throws DELTA_INVALID
   */
  next(use: number): number {
    this.#values.lead(use);
    const number = this.#number(this.#values.next(kinds.textChoices));
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
    if (choice === isKnown) return this.#values.next(kinds.knownTexts);
    if (choice !== isNew) throw deltaInvalid(`a text of class files is said in the unknown way ${choice}`);
    return this.#ends.push(this.#texts.passUntil(0)) - 1;
  }
}
