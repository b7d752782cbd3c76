import { deltaInvalid } from '../difference/delta-invalid.ts';
import type { VarintReader } from '../varint.ts';
import { AttributeNumbers } from './attribute-numbers.ts';
import { walkBody } from './class-body.ts';
import { pokeU2, pokeU4 } from './class-cursor.ts';
import type { ClassTape, UnitPlace } from './class-tape.ts';
import { type ConstantPool, classMagic, readConstantPool, shapeOf, slotsOf } from './constant-pool.ts';
import type { RankedConstants } from './ranked-constants.ts';
import { constantsOf } from './split-class.ts';
import { groupOf, kinds, partKinds, type StreamKind } from './typed-streams.ts';

/** By kind of stream. */
export type TypedReaders = readonly VarintReader[];

/** What class files are made of that were taken apart into typed streams. */
export interface TypedSource {
  readonly from: TypedReaders;
  readonly ranks: RankedConstants;
  /** Gives the texts of constants, in the order of these. */
  nextText(): Uint8Array;
}

/**
 * Makes a class file again that `splitClass` took apart.
 * @param start where it begins in `bytes`
 * @param end what it must not go beyond
 * @returns where it ends
 * @throws DELTA_INVALID
 */
export function joinClass(source: TypedSource, bytes: Uint8Array, start: number, end: number): number {
  const to = new ClassOutput(bytes, start, end);
  joinPool(source, to);
  const pool = readConstantPool(bytes, start, to.at);
  source.ranks.begin();
  walkBody(pool, new JoinTape(source, to, pool));
  return to.at;
}

/** Bytes that are filled from one place on. */
class ClassOutput {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  u1(value: number): void {
    this.bytes[this.#step(1)] = value;
  }

  u2(value: number): void {
    pokeU2(this.bytes, this.#step(2), value);
  }

  u4(value: number): void {
    pokeU4(this.bytes, this.#step(4), value);
  }

  put(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.#step(bytes.length));
  }

  #step(length: number): number {
    const at = this.at;
    if (length > this.end - at) throw deltaInvalid('class files have more bytes than are to be made');
    this.at = at + length;
    return at;
  }
}

function joinPool(source: TypedSource, to: ClassOutput): void {
  const { from, ranks } = source;
  to.u4(classMagic);
  to.put(at(from, kinds.versions).take(4));
  const count = number(from, kinds.constantCounts, 0xffff);
  to.u2(count);
  const tags = readTags(from, count);
  ranks.open(tags);
  for (const index of constantsOf({ count, tags })) joinConstant(source, tags[index] as number, to);
}

function readTags(from: TypedReaders, count: number): Uint8Array {
  const tags = new Uint8Array(count);
  const tagReader = at(from, kinds.constantTags);
  let index = 1;
  while (index < count) {
    const tag = tagReader.nextByte();
    tags[index] = tag;
    index += slotsOf(tag);
  }
  if (index !== Math.max(1, count))
    throw deltaInvalid('a class file has half a constant at the end of its pool');
  return tags;
}

function joinConstant({ from, ranks, nextText }: TypedSource, tag: number, to: ClassOutput): void {
  to.u1(tag);
  const shape = shapeOf(tag);
  if (shape.holds === 'text') {
    const text = nextText();
    if (text.length > 0xffff) throw deltaInvalid(`a text of a class file has ${text.length} bytes`);
    to.u2(text.length);
    to.put(text);
  }
  if (shape.holds === 'number') to.put(at(from, kinds.constantNumbers).take(shape.length));
  if (shape.holds === 'handle') to.u1(at(from, kinds.handleKinds).nextByte());
  if (shape.holds === 'bootstrap') to.u2(number(from, kinds.callBootstraps, 0xffff));
  for (const kind of partKinds[tag] ?? []) to.u2(ranks.read(groupOf(kind), at(from, kind).next()));
}

class JoinTape implements ClassTape {
  readonly #from: TypedReaders;
  readonly #to: ClassOutput;
  readonly #ranks: RankedConstants;
  readonly #attributes: AttributeNumbers;

  constructor({ from, ranks }: TypedSource, to: ClassOutput, pool: ConstantPool) {
    this.#from = from;
    this.#to = to;
    this.#ranks = ranks;
    this.#attributes = new AttributeNumbers(pool, ranks);
  }

  get at(): number {
    return this.#to.at;
  }

  get left(): number {
    return this.#to.end - this.#to.at;
  }

  u1(kind: StreamKind): number {
    const value = at(this.#from, kind).nextByte();
    this.#to.u1(value);
    return value;
  }

  u2(kind: StreamKind): number {
    const value = number(this.#from, kind, 0xffff);
    this.#to.u2(value);
    return value;
  }

  u4(kind: StreamKind): number {
    const value = number(this.#from, kind, 0xffffffff);
    this.#to.u4(value);
    return value;
  }

  opaque(kind: StreamKind, length: number): void {
    this.#to.put(at(this.#from, kind).take(length));
  }

  constant1(kind: StreamKind): void {
    const index = this.#constant(kind);
    if (index > 0xff) throw deltaInvalid(`an instruction of a class file has no room for constant ${index}`);
    this.#to.u1(index);
  }

  constant2(kind: StreamKind): number {
    const index = this.#constant(kind);
    this.#to.u2(index);
    return index;
  }

  constantBeside(kind: StreamKind, other: number): void {
    this.#to.u2(this.#ranks.readBeside(groupOf(kind), at(this.#from, kind).next(), other));
  }

  attributeName(): number {
    const index = this.#attributes.read(at(this.#from, kinds.attributeNames).next());
    this.#to.u2(index);
    return index;
  }

  difference(kind: StreamKind, from: number): number {
    const value = from + at(this.#from, kind).nextSigned();
    if (value < 0 || value > 0xffff) throw deltaInvalid(`a class file has a position or line ${value}`);
    this.#to.u2(value);
    return value;
  }

  remainder(kind: StreamKind, whole: number): void {
    this.#to.u2((whole - number(this.#from, kind, 0xffff)) & 0xffff);
  }

  unit(_place: UnitPlace, _name: number, _type: number, walk: () => void): void {
    walk();
  }

  measured(walk: () => void): void {
    this.#to.u4(0);
    const start = this.at;
    walk();
    pokeU4(this.#to.bytes, start - 4, this.at - start);
  }

  #constant(kind: StreamKind): number {
    return this.#ranks.read(groupOf(kind), at(this.#from, kind).next());
  }
}

function number(from: TypedReaders, kind: StreamKind, most: number): number {
  const value = at(from, kind).next();
  if (value > most) throw deltaInvalid(`a class file has a number ${value} where none is above ${most}`);
  return value;
}

function at(from: TypedReaders, kind: StreamKind): VarintReader {
  return from[kind] as VarintReader;
}
