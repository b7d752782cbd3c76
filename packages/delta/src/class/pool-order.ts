import type { ConstantPool } from './constant-pool.ts';
import { FreeConstants } from './free-constants.ts';

/**
 * In which order the constants of an older class are expected in a new one: as they were; or as newer compilers lay them out, behind each
 * constant those that it is made of. The position is the id.
 */
export const poolOrders = ['kept', 'parts'] as const;

export type PoolOrderName = (typeof poolOrders)[number];

/** Expects the next old constant, on both sides alike. */
export class PoolOrder {
  readonly #queuesParts: boolean;
  readonly #free: FreeConstants;
  #last = 0;
  /** Where to go on after a visit elsewhere. */
  #home = 0;

  constructor(old: ConstantPool, name: PoolOrderName) {
    this.#queuesParts = name === 'parts';
    this.#free = new FreeConstants(old);
  }

  /** The old constant that is expected first; the number of all where there is none. */
  expected(): number {
    return this.#free.nextPart() ?? this.#free.from(this.#queuesParts ? this.#home : this.#last);
  }

  /** The one that is expected next to it. */
  other(): number {
    return this.#free.from(this.#queuesParts ? this.#last : this.#home);
  }

  isFree(index: number): boolean {
    return this.#free.has(index);
  }

  place(index: number): void {
    if (!this.#queuesParts && index !== this.expected()) this.#home = this.#last;
    this.#free.take(index);
    this.#last = index;
    if (this.#queuesParts) this.#free.queueParts(index);
  }
}
