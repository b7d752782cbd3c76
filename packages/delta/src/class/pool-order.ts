import { peekU2 } from './class-cursor.ts';
import { type ConstantPool, shapeOf } from './constant-pool.ts';

/**
 * In which order the constants of an older class are expected in a new one: as they were; or as newer compilers lay them out, behind each
 * constant those that it is made of. The position is the id.
 */
export const poolOrders = ['kept', 'parts'] as const;

export type PoolOrderName = (typeof poolOrders)[number];

/** Expects the next old constant, on both sides alike. */
export class PoolOrder {
  readonly #old: ConstantPool;
  readonly #queuesParts: boolean;
  /** From each index on the next that was not placed, or one that is nearer to it. */
  readonly #next: Uint16Array;
  /** Parts of constants that were placed, in their order. */
  readonly #parts: number[] = [];
  #queued = 0;
  #last = 0;
  /** Where to go on after a visit elsewhere. */
  #home = 0;

  constructor(old: ConstantPool, name: PoolOrderName) {
    this.#old = old;
    this.#queuesParts = name === 'parts';
    this.#next = Uint16Array.from({ length: old.count + 1 }, (_, index) =>
      index === old.count || old.tags[index] !== 0 ? index : index + 1,
    );
  }

  /** The old constant that is expected first; the number of all where there is none. */
  expected(): number {
    for (; this.#queued < this.#parts.length; this.#queued++) {
      const part = this.#parts[this.#queued] as number;
      if (this.isFree(part)) return part;
    }
    return this.#free(this.#queuesParts ? this.#home : this.#last);
  }

  /** The one that is expected next to it. */
  other(): number {
    return this.#free(this.#queuesParts ? this.#last : this.#home);
  }

  isFree(index: number): boolean {
    return index > 0 && index < this.#old.count && this.#next[index] === index;
  }

  place(index: number): void {
    if (!this.#queuesParts && index !== this.expected()) this.#home = this.#last;
    this.#next[index] = index + 1;
    this.#last = index;
    if (this.#queuesParts) this.#queueParts(index);
  }

  #queueParts(index: number): void {
    const { bytes, tags, offsets } = this.#old;
    const shape = shapeOf(tags[index] as number);
    const offset = offsets[index] as number;
    const at = shape.holds === 'handle' ? 1 : shape.holds === 'bootstrap' ? 2 : 0;
    const count = shape.holds === 'indexes' ? shape.count : at === 0 ? 0 : 1;
    for (let i = 0; i < count; i++) this.#parts.push(peekU2(bytes, offset + at + 2 * i));
  }

  #free(from: number): number {
    const next = this.#next;
    let index = from;
    while (next[index] !== index) {
      const beyond = next[next[index] as number] as number;
      next[index] = beyond;
      index = beyond;
    }
    return index;
  }
}
