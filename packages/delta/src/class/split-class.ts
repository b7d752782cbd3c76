import { deltaInvalid } from '../difference/delta-invalid.ts';
import { AttributeNumbers } from './attribute-numbers.ts';
import { walkBody } from './class-body.ts';
import { ClassCursor, peekU2 } from './class-cursor.ts';
import type { ClassTape, UnitPlace } from './class-tape.ts';
import { type ConstantPool, readConstantPool, shapeOf, slotsOf, textOf } from './constant-pool.ts';
import type { TextWriter } from './known-texts.ts';
import type { RankedConstants } from './ranked-constants.ts';
import type { TextUses } from './text-uses.ts';
import { kinds, partKinds, type StreamKind } from './typed-streams.ts';
import type { ValueWriter } from './typed-values.ts';

/** Where class files go that are taken apart. */
export interface TypedTarget {
  readonly values: ValueWriter;
  readonly texts: TextWriter;
  readonly ranks: RankedConstants;
  readonly uses: TextUses;
}

/**
 * Takes a class file apart into values by what they mean.
 * @throws DELTA_INVALID for what is none, and for what would come back otherwise
 */
export function splitClass(bytes: Uint8Array, to: TypedTarget): void {
  const pool = readConstantPool(bytes, 0, bytes.length);
  splitPool(pool, to);
  to.ranks.begin();
  const tape = new SplitTape(new ClassCursor(bytes, pool.end, bytes.length), pool, to);
  walkBody(pool, tape);
  if (tape.left > 0) throw deltaInvalid('bytes follow behind a class file');
}

/** First which constants there are, then which others they name, by which it is told what their texts are, and then what they hold. */
function splitPool(pool: ConstantPool, to: TypedTarget): void {
  const { ranks, uses, values } = to;
  ranks.open(pool.tags);
  uses.begin(pool.count);
  values.addBytes(kinds.versions, pool.version);
  values.add(kinds.constantCounts, pool.count);
  const indexes = indexesOf(pool);
  for (const index of indexes) values.add(kinds.constantTags, pool.tags[index] as number);
  for (const index of indexes) splitParts(pool, index, to);
  for (const index of indexes) splitConstant(pool, index, to);
}

function indexesOf({ count, tags }: ConstantPool): number[] {
  const indexes: number[] = [];
  for (let index = 1; index < count; index += slotsOf(tags[index] as number)) indexes.push(index);
  return indexes;
}

function splitParts(
  { bytes, tags, offsets }: ConstantPool,
  index: number,
  { values, ranks, uses }: TypedTarget,
): void {
  const tag = tags[index] as number;
  let offset = (offsets[index] as number) + partsBehind(tag);
  for (const kind of partKinds[tag] ?? []) {
    const part = peekU2(bytes, offset);
    values.add(kind, ranks.write(kind, part));
    uses.note(kind, part);
    offset += 2;
  }
}

/** Bytes of a constant before the indexes of others. */
function partsBehind(tag: number): number {
  const { holds } = shapeOf(tag);
  return holds === 'bootstrap' ? 2 : holds === 'handle' ? 1 : 0;
}

function splitConstant(pool: ConstantPool, index: number, { values, texts, uses }: TypedTarget): void {
  const { bytes, tags, offsets } = pool;
  const offset = offsets[index] as number;
  const shape = shapeOf(tags[index] as number);
  if (shape.holds === 'text') {
    checkText(bytes, offset);
    texts.add(textOf(pool, index), uses.of(index));
  }
  if (shape.holds === 'number')
    values.addBytes(kinds.constantNumbers, bytes.subarray(offset, offset + shape.length));
  if (shape.holds === 'handle') values.add(kinds.handleKinds, bytes[offset] as number);
  if (shape.holds === 'bootstrap') values.add(kinds.callBootstraps, peekU2(bytes, offset));
}

/** In typed contents, a byte 0 ends a text. */
function checkText(bytes: Uint8Array, offset: number): void {
  const zero = bytes.indexOf(0, offset + 2);
  if (zero >= 0 && zero < offset + 2 + peekU2(bytes, offset))
    throw deltaInvalid('a text of a class file has a byte 0, which none may have');
}

class SplitTape implements ClassTape {
  readonly #cursor: ClassCursor;
  readonly #ranks: RankedConstants;
  readonly #attributes: AttributeNumbers;
  readonly #to: ValueWriter;

  constructor(cursor: ClassCursor, pool: ConstantPool, { ranks, values }: TypedTarget) {
    this.#cursor = cursor;
    this.#attributes = new AttributeNumbers(pool, ranks);
    this.#ranks = ranks;
    this.#to = values;
  }

  get at(): number {
    return this.#cursor.at;
  }

  get left(): number {
    return this.#cursor.end - this.#cursor.at;
  }

  u1(kind: StreamKind): number {
    return this.#number(kind, this.#cursor.u1());
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
    this.#to.addBytes(kind, bytes.subarray(start, start + length));
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
    this.#to.addSigned(kind, value - from);
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
    this.#to.add(kind, value);
    return value;
  }
}
