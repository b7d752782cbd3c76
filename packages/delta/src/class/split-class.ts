import { deltaInvalid } from '../difference/delta-invalid.ts';
import type { VarintWriter } from '../varint.ts';
import { AttributeNumbers } from './attribute-numbers.ts';
import { walkBody } from './class-body.ts';
import { ClassCursor, peekU2 } from './class-cursor.ts';
import type { ClassTape, UnitPlace } from './class-tape.ts';
import { type ConstantPool, readConstantPool, shapeOf, slotsOf } from './constant-pool.ts';
import type { RankedConstants } from './ranked-constants.ts';
import { kinds, partKinds, type StreamKind } from './typed-streams.ts';

/** By kind of stream. */
export type TypedWriters = readonly VarintWriter[];

/**
 * Takes a class file apart into streams by what its numbers mean; all but the texts of its constants.
 * @returns its constants
 * @throws DELTA_INVALID for what is none, and for what would come back otherwise
 */
export function splitClass(bytes: Uint8Array, ranks: RankedConstants, to: TypedWriters): ConstantPool {
  const pool = readConstantPool(bytes, 0, bytes.length);
  ranks.open(pool.tags);
  splitPool(pool, ranks, to);
  ranks.begin();
  const tape = new SplitTape(new ClassCursor(bytes, pool.end, bytes.length), pool, ranks, to);
  walkBody(pool, tape);
  if (tape.left > 0) throw deltaInvalid('bytes follow behind a class file');
  return pool;
}

function splitPool(pool: ConstantPool, ranks: RankedConstants, to: TypedWriters): void {
  at(to, kinds.versions).addBytes(pool.version);
  at(to, kinds.constantCounts).add(pool.count);
  for (let index = 1; index < pool.count; index += slotsOf(pool.tags[index] as number)) {
    at(to, kinds.constantTags).addByte(pool.tags[index] as number);
    splitConstant(pool, index, ranks, to);
  }
}

function splitConstant(pool: ConstantPool, index: number, ranks: RankedConstants, to: TypedWriters): void {
  const { bytes, tags, offsets } = pool;
  const tag = tags[index] as number;
  let offset = offsets[index] as number;
  const shape = shapeOf(tag);
  if (shape.holds === 'text') checkText(bytes, offset);
  if (shape.holds === 'number')
    at(to, kinds.constantNumbers).addBytes(bytes.subarray(offset, offset + shape.length));
  if (shape.holds === 'handle') at(to, kinds.handleKinds).addByte(bytes[offset++] as number);
  if (shape.holds === 'bootstrap') {
    at(to, kinds.callBootstraps).add(peekU2(bytes, offset));
    offset += 2;
  }
  for (const kind of partKinds[tag] ?? []) {
    at(to, kind).add(ranks.write(kind, peekU2(bytes, offset)));
    offset += 2;
  }
}

/** In typed contents, a byte 0 ends a text. */
function checkText(bytes: Uint8Array, offset: number): void {
  const zero = bytes.indexOf(0, offset + 2);
  if (zero >= 0 && zero < offset + 2 + peekU2(bytes, offset))
    throw deltaInvalid('a text of a class file has a byte 0, which none may have');
}

function at(writers: TypedWriters, kind: StreamKind): VarintWriter {
  return writers[kind] as VarintWriter;
}

class SplitTape implements ClassTape {
  readonly #cursor: ClassCursor;
  readonly #ranks: RankedConstants;
  readonly #attributes: AttributeNumbers;
  readonly #to: TypedWriters;

  constructor(cursor: ClassCursor, pool: ConstantPool, ranks: RankedConstants, to: TypedWriters) {
    this.#cursor = cursor;
    this.#attributes = new AttributeNumbers(pool, ranks);
    this.#ranks = ranks;
    this.#to = to;
  }

  get at(): number {
    return this.#cursor.at;
  }

  get left(): number {
    return this.#cursor.end - this.#cursor.at;
  }

  u1(kind: StreamKind): number {
    const value = this.#cursor.u1();
    at(this.#to, kind).addByte(value);
    return value;
  }

  u2(kind: StreamKind): number {
    return this.#number(kind, this.#cursor.u2());
  }

  u4(kind: StreamKind): number {
    return this.#number(kind, this.#cursor.u4());
  }

  opaque(kind: StreamKind, length: number): void {
    const { at: start, bytes } = this.#cursor;
    this.#cursor.skip(length);
    at(this.#to, kind).addBytes(bytes.subarray(start, start + length));
  }

  constant1(kind: StreamKind): void {
    this.#constant(kind, this.#cursor.u1());
  }

  constant2(kind: StreamKind): number {
    return this.#constant(kind, this.#cursor.u2());
  }

  constantBeside(kind: StreamKind, other: number): void {
    this.#number(kind, this.#ranks.writeBeside(kind, this.#cursor.u2(), other));
  }

  attributeName(): number {
    const index = this.#cursor.u2();
    this.#number(kinds.attributeNames, this.#attributes.write(index));
    return index;
  }

  difference(kind: StreamKind, from: number): number {
    const value = this.#cursor.u2();
    at(this.#to, kind).addSigned(value - from);
    return value;
  }

  remainder(kind: StreamKind, whole: number): void {
    this.#number(kind, (whole - this.#cursor.u2()) & 0xffff);
  }

  unit<W>(_place: UnitPlace, _name: number, _type: number, walk: (by: W) => void, by: W): void {
    walk(by);
  }

  measured<W>(walk: (by: W) => void, by: W): void {
    const stored = this.#cursor.u4();
    const start = this.at;
    walk(by);
    if (this.at - start !== stored)
      throw deltaInvalid('an attribute of a class file has another length than it says');
  }

  #constant(kind: StreamKind, index: number): number {
    this.#number(kind, this.#ranks.write(kind, index));
    return index;
  }

  #number(kind: StreamKind, value: number): number {
    at(this.#to, kind).add(value);
    return value;
  }
}
