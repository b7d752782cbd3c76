import { copyBytes } from '../copy-bytes.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { AttributeNumbers } from './attribute-numbers.ts';
import { walkBody } from './class-body.ts';
import { pokeU2, pokeU4 } from './class-cursor.ts';
import type { ClassTape, UnitPlace } from './class-tape.ts';
import { type ConstantPool, classMagic, shapeOf, slotsOf } from './constant-pool.ts';
import type { TextReader } from './known-texts.ts';
import { mostConstants, type RankedConstants } from './ranked-constants.ts';
import type { TextUses } from './text-uses.ts';
import { kinds, partKinds, type StreamKind } from './typed-streams.ts';
import type { ValueReader } from './typed-values.ts';

/** What class files are made of that were taken apart. */
export interface TypedSource {
  readonly values: ValueReader;
  readonly texts: TextReader;
  readonly ranks: RankedConstants;
  readonly uses: TextUses;
  readonly room: PoolRoom;
}

/** Where what is known of constants is kept while a class file is made: arrays for each of them would take as long as half of its constants. */
export class PoolRoom {
  readonly tags = new Uint8Array(mostConstants);
  readonly offsets = new Int32Array(mostConstants);
  /** By index, the two constants that each constant may name. */
  readonly parts = new Uint16Array(2 * mostConstants);
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
  const pool = joinPool(source, to);
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

  /** Those from `start` on that are before `end`. */
  put(bytes: Uint8Array, start = 0, end = bytes.length): void {
    copyBytes(bytes, start, end, this.bytes, this.#step(end - start));
  }

  #step(length: number): number {
    const at = this.at;
    if (length > this.end - at) throw deltaInvalid('class files have more bytes than are to be made');
    this.at = at + length;
    return at;
  }
}

function joinPool(source: TypedSource, to: ClassOutput): ConstantPool {
  const { values, ranks, uses, room } = source;
  to.u4(classMagic);
  const version = takeBytes(values, kinds.versions, 4);
  to.put(version);
  const count = values.nextUpTo(0xffff, kinds.constantCounts);
  to.u2(count);
  const tags = readTags(values, room.tags.subarray(0, count));
  const offsets = room.offsets.subarray(0, count);
  ranks.open(tags);
  uses.begin(count);
  readParts(source, tags);
  for (let index = 1; index < count; index += slotsOf(tags[index] as number)) {
    offsets[index] = to.at + 1;
    joinConstant(source, index, tags[index] as number, to);
  }
  return { bytes: to.bytes, version, count, tags, offsets, end: to.at };
}

function takeBytes(values: ValueReader, kind: StreamKind, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = values.nextUpTo(0xff, kind);
  return bytes;
}

function readTags(values: ValueReader, tags: Uint8Array): Uint8Array {
  const count = tags.length;
  tags.fill(0);
  let index = 1;
  while (index < count) {
    const tag = values.nextUpTo(0xff, kinds.constantTags);
    tags[index] = tag;
    index += slotsOf(tag);
  }
  if (index !== Math.max(1, count))
    throw deltaInvalid('a class file has half a constant at the end of its pool');
  return tags;
}

function readParts({ values, ranks, uses, room: { parts } }: TypedSource, tags: Uint8Array): void {
  for (let index = 1; index < tags.length; index += slotsOf(tags[index] as number))
    for (const [place, kind] of (partKinds[tags[index] as number] ?? []).entries()) {
      const part = ranks.read(kind, values.next(kind));
      parts[2 * index + place] = part;
      uses.note(kind, part);
    }
}

function joinConstant(source: TypedSource, index: number, tag: number, to: ClassOutput): void {
  const { values, room } = source;
  to.u1(tag);
  const shape = shapeOf(tag);
  switch (shape.holds) {
    case 'text':
      joinText(source, index, to);
      return;
    case 'number':
      to.put(takeBytes(values, kinds.constantNumbers, shape.length));
      return;
    case 'handle':
      to.u1(values.nextUpTo(0xff, kinds.handleKinds));
      break;
    case 'bootstrap':
      to.u2(values.nextUpTo(0xffff, kinds.callBootstraps));
      break;
    case 'indexes':
  }
  for (const place of (partKinds[tag] ?? []).keys()) to.u2(room.parts[2 * index + place] as number);
}

function joinText({ texts, uses }: TypedSource, index: number, to: ClassOutput): void {
  const text = texts.next(uses.of(index));
  const start = texts.startOf(text);
  const end = texts.endOf(text);
  if (end - start > 0xffff) throw deltaInvalid(`a text of a class file has ${end - start} bytes`);
  to.u2(end - start);
  to.put(texts.bytes, start, end);
}

class JoinTape implements ClassTape {
  readonly #from: ValueReader;
  readonly #to: ClassOutput;
  readonly #ranks: RankedConstants;
  readonly #attributes: AttributeNumbers;

  constructor({ values, ranks }: TypedSource, to: ClassOutput, pool: ConstantPool) {
    this.#from = values;
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
    const value = this.#from.nextUpTo(0xff, kind);
    this.#to.u1(value);
    return value;
  }

  u2(kind: StreamKind): number {
    const value = this.#from.nextUpTo(0xffff, kind);
    this.#to.u2(value);
    return value;
  }

  u4(kind: StreamKind): number {
    const value = this.#from.next(kind);
    this.#to.u4(value);
    return value;
  }

  opaque(kind: StreamKind, length: number): void {
    if (length > this.left) throw deltaInvalid('class files have more bytes than are to be made');
    for (let left = length; left > 0; left--) this.u1(kind);
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
    this.#to.u2(this.#ranks.readBeside(kind, this.#from.next(kind), other));
  }

  attributeName(): number {
    const index = this.#attributes.read(this.#from.next(kinds.attributeNames));
    this.#to.u2(index);
    return index;
  }

  difference(kind: StreamKind, from: number): number {
    const value = from + this.#from.nextSigned(kind);
    if (value < 0 || value > 0xffff) throw deltaInvalid(`a class file has a position or line ${value}`);
    this.#to.u2(value);
    return value;
  }

  remainder(kind: StreamKind, whole: number): void {
    this.#to.u2((whole - this.#from.nextUpTo(0xffff, kind)) & 0xffff);
  }

  unit<W>(_place: UnitPlace, _name: number, _type: number, walk: (by: W) => void, by: W): void {
    walk(by);
  }

  measured<W>(walk: (by: W) => void, by: W): void {
    this.#to.u4(0);
    const start = this.at;
    walk(by);
    pokeU4(this.#to.bytes, start - 4, this.at - start);
  }

  #constant(kind: StreamKind): number {
    return this.#ranks.read(kind, this.#from.next(kind));
  }
}
