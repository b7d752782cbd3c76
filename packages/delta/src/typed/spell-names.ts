import { copyBytes } from '../copy-bytes.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { VarintReader } from '../varint.ts';
import {
  firstNameCode,
  less,
  mostNames,
  nameCodes,
  nul,
  type ShortTexts,
  semicolon,
  simpleEnd,
  simpleStart,
  typeLetter,
} from './name-codes.ts';
import { mostRecent, RecentNames } from './recent-names.ts';

/**
 * Texts with all their names: undoes `shortenNames`.
 * @param length bytes that they have
 * @throws DELTA_INVALID
 */
export function spellNames(short: ShortTexts, length: number): Uint8Array {
  const speller = new NameSpeller(short, length);
  speller.spell(short.texts);
  return speller.end();
}

class NameSpeller {
  readonly #bytes: Uint8Array;
  readonly #known: KnownNames;
  #at = 0;
  /** Where the name began that is new, or -1. */
  #newFrom = -1;

  constructor(short: ShortTexts, length: number) {
    this.#bytes = new Uint8Array(length);
    this.#known = new KnownNames(short);
  }

  spell(texts: Uint8Array): void {
    for (let from = 0; from < texts.length; ) {
      const code = texts[from] as number;
      if (code >= firstNameCode) {
        this.#spellCode(code);
        from++;
      } else from = this.#newFrom < 0 ? this.#copy(texts, from) : this.#copyNew(texts, from);
    }
  }

  /** What is before the next code; returns where that is. */
  #copy(texts: Uint8Array, start: number): number {
    const bytes = this.#bytes;
    const shift = this.#at - start;
    let from = start;
    for (let byte = texts[from] as number; byte < firstNameCode; byte = texts[++from] as number)
      bytes[from + shift] = byte;
    this.#at = from + shift;
    return from;
  }

  /** The rest of a name that is new. */
  #copyNew(texts: Uint8Array, start: number): number {
    let from = start;
    let byte = texts[from];
    for (; byte !== nul && byte !== semicolon && byte !== less; byte = texts[++from]) {
      if (byte === undefined || byte >= firstNameCode) return from;
      this.#addByte(byte);
    }
    this.#known.add(this.#newFrom, this.#at);
    this.#newFrom = -1;
    return from;
  }

  end(): Uint8Array {
    if (this.#at !== this.#bytes.length)
      throw deltaInvalid(`texts of class files have ${this.#at} bytes, and ${this.#bytes.length} are needed`);
    this.#known.end();
    return this.#bytes;
  }

  #spellCode(code: number): void {
    const known = this.#known;
    switch (code) {
      case nameCodes.type:
        this.#addByte(typeLetter);
        this.#addName(known.next());
        this.#addByte(semicolon);
        break;
      case nameCodes.openType:
        this.#addByte(typeLetter);
        this.#addName(known.next());
        break;
      case nameCodes.name:
        this.#addName(known.next());
        break;
      case nameCodes.newType:
        this.#addByte(typeLetter);
        this.#newFrom = this.#at;
        break;
      case nameCodes.newName:
        this.#newFrom = this.#at;
        break;
      case nameCodes.package: {
        const name = known.nextPackage();
        const start = known.startOf(name);
        this.#add(start, simpleStart(this.#bytes, start, known.endOf(name)));
        break;
      }
      case nameCodes.simpleName: {
        const name = known.nextSimpleName();
        const end = known.endOf(name);
        const start = simpleStart(this.#bytes, known.startOf(name), end);
        this.#add(start, simpleEnd(this.#bytes, start, end));
        break;
      }
      default:
        throw deltaInvalid(`texts of class files have the byte ${code}`);
    }
  }

  #addByte(byte: number): void {
    this.#bytes[this.#at++] = byte;
  }

  #addName(name: number): void {
    this.#add(this.#known.startOf(name), this.#known.endOf(name));
  }

  #add(start: number, end: number): void {
    // Else a name could be copied behind the end, once for each byte that there is.
    if (end - start > this.#bytes.length - this.#at)
      throw deltaInvalid(`texts of class files have more than ${this.#bytes.length} bytes`);
    copyBytes(this.#bytes, start, end, this.#bytes, this.#at);
    this.#at += end - start;
  }
}

/** The names so far, by numbers, and which of them comes next. */
class KnownNames {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #recent = new RecentNames();
  readonly #names: VarintReader;
  readonly #far: VarintReader;
  readonly #packages: VarintReader;
  readonly #simpleNames: VarintReader;

  constructor({ names, farNames, packages, simpleNames }: ShortTexts) {
    const reader = (bytes: Uint8Array, what: string) => new VarintReader(bytes, what, deltaInvalid);
    this.#names = reader(names, 'names of classes');
    this.#far = reader(farNames, 'far names of classes');
    this.#packages = reader(packages, 'packages of classes');
    this.#simpleNames = reader(simpleNames, 'simple names of classes');
  }

  add(start: number, end: number): void {
    if (this.#starts.length === mostNames)
      throw deltaInvalid(`texts of class files have more than ${mostNames} names`);
    this.#recent.use(this.#starts.length, -1);
    this.#starts.push(start);
    this.#ends.push(end);
  }

  startOf(name: number): number {
    return this.#starts[name] as number;
  }

  endOf(name: number): number {
    return this.#ends[name] as number;
  }

  next(): number {
    const rank = this.#names.nextByte();
    const name = rank === mostRecent ? this.#nextFar() : this.#at(rank);
    this.#recent.use(name, rank === mostRecent ? -1 : rank);
    return name;
  }

  nextPackage(): number {
    return this.#at(this.#packages.nextByte());
  }

  nextSimpleName(): number {
    return this.#at(this.#simpleNames.nextByte());
  }

  end(): void {
    for (const reader of [this.#names, this.#far, this.#packages, this.#simpleNames]) reader.end();
  }

  #at(rank: number): number {
    const name = this.#recent.at(rank);
    if (name === undefined) throw deltaInvalid(`texts of class files have no name of rank ${rank}`);
    return name;
  }

  #nextFar(): number {
    const name = this.#starts.length - 1 - this.#far.next();
    if (name < 0) throw deltaInvalid('texts of class files have a name that is not there');
    return name;
  }
}
