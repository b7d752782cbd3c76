import { areEqual } from '../equal-bytes.ts';
import { hashed } from '../mixing/hashed.ts';
import { peekU2 } from './class-cursor.ts';
import { type ConstantPool, constantTag, lengthsBehind, shapeOf } from './constant-pool.ts';
import { hashOfBytes } from './hash-of-bytes.ts';

export interface PoolAlignment {
  /** By new index the old one, or 0. */
  readonly sources: Uint16Array;
  /** By old index the new one, or 0. */
  readonly renumbered: Uint16Array;
}

export function pairConstants({ sources, renumbered }: PoolAlignment, old: number, now: number): void {
  sources[now] = old;
  renumbered[old] = now;
}

const t = constantTag;

/** Tags of texts and numbers, and of constants that are made only of those before. */
const levels: readonly (readonly number[])[] = [
  [t.utf8, t.integer, t.float, t.long, t.double],
  [t.class, t.string, t.methodType, t.module, t.package],
  [t.nameAndType],
  [t.field, t.method, t.interfaceMethod],
  [t.methodHandle],
  [t.dynamic, t.invokeDynamic],
];

/** Of the first one are texts and numbers. */
export const constantLevels = levels.length;

/** By tag; no level where no constant is. */
const levelOf = Uint8Array.from({ length: 256 }, (_, tag) => levels.findIndex((tags) => tags.includes(tag)));

/** When constants are equal. Those of a new class file are said with nothing renumbered. */
interface Equality {
  /** The same for equal ones; undefined for what is equal to none. */
  hashOf(pool: ConstantPool, index: number, renumbered?: Uint16Array): number | undefined;
  /** @param renumbered by index of an old constant the new one that it became, or 0 */
  isEqual(
    old: ConstantPool,
    source: number,
    now: ConstantPool,
    index: number,
    renumbered: Uint16Array,
  ): boolean;
}

/** Old constants that are looked at for each new one: class files could be made that have thousands at one place. */
const mostOfPlace = 64;

/** Old constants by what they hold, as long as they are paired with no new one. */
export class EqualConstants {
  readonly #old: ConstantPool;
  readonly #now: ConstantPool;
  readonly #alignment: PoolAlignment;
  /** By the high bits of a hash: the first old constant, or 0. */
  readonly #first: Uint16Array;
  readonly #shift: number;
  /** By old index: the next one with the same high bits, or 0. */
  readonly #next: Uint16Array;
  readonly #hashes: Int32Array;

  constructor(old: ConstantPool, now: ConstantPool, alignment: PoolAlignment) {
    this.#old = old;
    this.#now = now;
    this.#alignment = alignment;
    this.#shift = Math.clz32(old.count);
    this.#first = new Uint16Array(2 ** (32 - this.#shift));
    this.#next = new Uint16Array(old.count);
    this.#hashes = new Int32Array(old.count);
  }

  /** Pairs those of a level. Of several that are equal, the first ones are paired, then the second ones. */
  pair(level: number): void {
    const equality = level === 0 ? leaves : made;
    const old = this.#old;
    const now = this.#now;
    const { renumbered } = this.#alignment;
    for (let index = old.count - 1; index > 0; index--)
      if (levelOf[old.tags[index] as number] === level)
        this.#add(index, equality.hashOf(old, index, renumbered));
    for (let index = 1; index < now.count; index++) {
      if (levelOf[now.tags[index] as number] !== level) continue;
      const source = this.#take(index, equality);
      if (source !== 0) pairConstants(this.#alignment, source, index);
    }
  }

  #add(index: number, hash: number | undefined): void {
    if (hash === undefined) return;
    const place = hash >>> this.#shift;
    this.#hashes[index] = hash;
    this.#next[index] = this.#first[place] as number;
    this.#first[place] = index;
  }

  /** The first old constant that is equal to a new one, or 0. */
  #take(index: number, equality: Equality): number {
    const old = this.#old;
    const next = this.#next;
    const { renumbered } = this.#alignment;
    const hash = equality.hashOf(this.#now, index);
    if (hash === undefined) return 0;
    const place = hash >>> this.#shift;
    let before = 0;
    let source = this.#first[place] as number;
    for (let seen = 0; source !== 0 && seen < mostOfPlace; seen++) {
      if (this.#hashes[source] === hash && equality.isEqual(old, source, this.#now, index, renumbered)) {
        if (before === 0) this.#first[place] = next[source] as number;
        else next[before] = next[source] as number;
        return source;
      }
      before = source;
      source = next[source] as number;
    }
    return 0;
  }
}

/** Texts and numbers, by their bytes. */
const leaves: Equality = {
  hashOf(pool, index) {
    const { bytes, tags, offsets } = pool;
    const start = offsets[index] as number;
    return hashOfBytes(bytes, start, start + lengthOf(pool, index), tags[index] as number);
  },
  isEqual(old, source, now, index) {
    const length = lengthOf(now, index);
    if (old.tags[source] !== now.tags[index] || lengthOf(old, source) !== length) return false;
    return areEqual(
      old.bytes,
      old.offsets[source] as number,
      now.bytes,
      now.offsets[index] as number,
      length,
    );
  },
};

/** Bytes behind the tag of a text or number. */
function lengthOf({ bytes, tags, offsets }: ConstantPool, index: number): number {
  const tag = tags[index] as number;
  const length = lengthsBehind[tag] as number;
  return tag === t.utf8 ? length + peekU2(bytes, offsets[index] as number) : length;
}

/**
 * Others, by the new indexes of what they are made of; none where a part of an old one is gone. Which bootstrap method a call site has is
 * left out: these are numbered anew when one is put in.
 */
const made: Equality = {
  hashOf(pool, index, renumbered) {
    const tag = pool.tags[index] as number;
    const first = firstPart(pool, index, renumbered);
    const second = secondPart(pool, index, renumbered);
    return first === 0 || second === 0 ? undefined : hashed(hashed(first, second), tag);
  },
  isEqual(old, source, now, index, renumbered) {
    const first = firstPart(old, source, renumbered);
    const second = secondPart(old, source, renumbered);
    if (first !== firstPart(now, index) || second !== secondPart(now, index)) return false;
    return old.tags[source] === now.tags[index];
  },
};

/** What a constant names first, or what a handle is for; never 0 but for what is gone. */
function firstPart({ bytes, tags, offsets }: ConstantPool, index: number, renumbered?: Uint16Array): number {
  const offset = offsets[index] as number;
  const { holds } = shapeOf(tags[index] as number);
  if (holds === 'bootstrap') return 1;
  return holds === 'handle' ? (bytes[offset] as number) + 1 : partAt(bytes, offset, renumbered);
}

function secondPart({ bytes, tags, offsets }: ConstantPool, index: number, renumbered?: Uint16Array): number {
  const offset = offsets[index] as number;
  const shape = shapeOf(tags[index] as number);
  if (shape.holds === 'indexes') return shape.count === 2 ? partAt(bytes, offset + 2, renumbered) : 1;
  return partAt(bytes, offset + (shape.holds === 'handle' ? 1 : 2), renumbered);
}

function partAt(bytes: Uint8Array, at: number, renumbered: Uint16Array | undefined): number {
  const part = peekU2(bytes, at);
  return renumbered === undefined ? part : (renumbered[part] ?? 0);
}
