import { VarintWriter } from '../varint.ts';
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
  slash,
  typeLetter,
} from './name-codes.ts';
import { mostRecent, RecentNames } from './recent-names.ts';

/**
 * Texts in which names of classes that were spelt before are said by codes: those of types in descriptors and signatures, and those that are
 * a text of their own.
 * @param texts each with a byte 0 behind it
 * @returns undefined where a text has a byte that is a code
 */
export function shortenNames(texts: Uint8Array): ShortTexts | undefined {
  if (texts.some((byte) => byte >= firstNameCode)) return undefined;
  const shortener = new NameShortener(texts);
  for (let start = 0; start < texts.length; ) {
    const end = texts.indexOf(nul, start);
    shortener.add(start, end);
    start = end + 1;
  }
  return shortener.short();
}

/** Bytes that names are made of. What else the specification allows is rare. */
const areOfNames = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 || /[\w$/-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

/** What descriptors and signatures begin with that have names. */
const typeBeginnings = new Set(Buffer.from('([<LT'));

const dot = 0x2e;

class NameShortener {
  readonly #texts: Buffer;
  readonly #short = new VarintWriter();
  readonly #streams = {
    names: new VarintWriter(),
    farNames: new VarintWriter(),
    packages: new VarintWriter(),
    simpleNames: new VarintWriter(),
  };
  readonly #numbers = new Map<string, number>();
  readonly #recent = new RecentNames();
  readonly #packages = new LastWith();
  readonly #simpleNames = new LastWith();

  constructor(texts: Uint8Array) {
    this.#texts = Buffer.from(texts.buffer, texts.byteOffset, texts.length);
  }

  add(start: number, end: number): void {
    const texts = this.#texts;
    const nameEnd = this.#endOfName(start, end);
    if (nameEnd === end) this.#addWord(start, end);
    else if (typeBeginnings.has(texts[start] as number)) this.#addTypes(start, end);
    else if (texts[nameEnd] === dot) this.#addFile(start, nameEnd, end);
    else this.#short.addBytes(texts, start, end);
    this.#short.addByte(nul);
  }

  short(): ShortTexts {
    const { names, farNames, packages, simpleNames } = this.#streams;
    return {
      texts: this.#short.bytes(),
      names: names.bytes(),
      farNames: farNames.bytes(),
      packages: packages.bytes(),
      simpleNames: simpleNames.bytes(),
    };
  }

  #endOfName(start: number, end: number): number {
    let at = start;
    while (at < end && areOfNames[this.#texts[at] as number] === 1) at++;
    return at;
  }

  /** A name is one only with a package: others are those of members, mostly. */
  #addWord(start: number, end: number): void {
    const texts = this.#texts;
    let at = start;
    // Where there is none, a search would go on to the end of all texts.
    while (at < end && texts[at] !== slash) at++;
    if (at === start || at === end) {
      this.#short.addBytes(texts, start, end);
      return;
    }
    const name = this.#known(start, end);
    if (name === undefined) this.#addNew(nameCodes.newName, start, end);
    else this.#addKnown(nameCodes.name, name);
  }

  #addTypes(start: number, end: number): void {
    const texts = this.#texts;
    for (let at = start; at < end; ) {
      const nameEnd = texts[at] === typeLetter ? this.#endOfName(at + 1, end) : at;
      const behind = nameEnd < end ? texts[nameEnd] : nul;
      if (nameEnd > at + 1 && (behind === semicolon || behind === less)) {
        at = this.#addType(at + 1, nameEnd);
      } else {
        const next = Math.max(at + 1, nameEnd);
        this.#short.addBytes(texts, at, next);
        at = next;
      }
    }
  }

  /** Returns where what follows begins. */
  #addType(start: number, end: number): number {
    const name = this.#known(start, end);
    if (name === undefined) {
      this.#addNew(nameCodes.newType, start, end);
      return end;
    }
    const isClosed = this.#texts[end] === semicolon;
    this.#addKnown(isClosed ? nameCodes.type : nameCodes.openType, name);
    return isClosed ? end + 1 : end;
  }

  /** Sources have the names of classes. */
  #addFile(start: number, nameEnd: number, end: number): void {
    const last = this.#simpleNames.last(this.#texts.toString('latin1', start, nameEnd));
    const rank = last === undefined ? -1 : this.#recent.rankOf(last);
    if (rank < 0) this.#short.addBytes(this.#texts, start, end);
    else {
      this.#short.addByte(nameCodes.simpleName);
      this.#streams.simpleNames.addByte(rank);
      this.#short.addBytes(this.#texts, nameEnd, end);
    }
  }

  #known(start: number, end: number): number | undefined {
    return this.#numbers.get(this.#texts.toString('latin1', start, end));
  }

  #addKnown(code: number, name: number): void {
    this.#short.addByte(code);
    const rank = this.#recent.rankOf(name);
    this.#streams.names.addByte(rank < 0 ? mostRecent : rank);
    if (rank < 0) this.#streams.farNames.add(this.#numbers.size - 1 - name);
    this.#use(name, rank);
  }

  #addNew(code: number, start: number, end: number): void {
    const texts = this.#texts;
    if (this.#numbers.size === mostNames) {
      this.#short.addBytes(texts, code === nameCodes.newType ? start - 1 : start, end);
      return;
    }
    this.#short.addByte(code);
    const simple = simpleStart(texts, start, end);
    const packageName = texts.toString('latin1', start, simple);
    const last = this.#packages.last(packageName);
    const rank = last === undefined ? -1 : this.#recent.rankOf(last);
    if (rank < 0) this.#short.addBytes(texts, start, end);
    else {
      this.#short.addByte(nameCodes.package);
      this.#streams.packages.addByte(rank);
      this.#short.addBytes(texts, simple, end);
    }
    const name = this.#numbers.size;
    this.#numbers.set(texts.toString('latin1', start, end), name);
    if (simple > start) this.#packages.add(name, packageName);
    this.#simpleNames.add(name, texts.toString('latin1', simple, simpleEnd(texts, simple, end)));
    this.#use(name, -1);
  }

  #use(name: number, rank: number): void {
    this.#recent.use(name, rank);
    this.#packages.use(name);
    this.#simpleNames.use(name);
  }
}

/** The name that was used last of all with the same part. */
class LastWith {
  readonly #parts = new Map<string, number>();
  /** By part. */
  readonly #last: number[] = [];
  /** By name. */
  readonly #partOf: (number | undefined)[] = [];

  last(part: string): number | undefined {
    const number = this.#parts.get(part);
    return number === undefined ? undefined : this.#last[number];
  }

  add(name: number, part: string): void {
    let number = this.#parts.get(part);
    if (number === undefined) {
      number = this.#parts.size;
      this.#parts.set(part, number);
    }
    this.#partOf[name] = number;
  }

  use(name: number): void {
    const part = this.#partOf[name];
    if (part !== undefined) this.#last[part] = name;
  }
}
