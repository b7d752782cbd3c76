import { peekU2 } from './class-cursor.ts';
import { type ConstantPool, shapeOf } from './constant-pool.ts';

/** Which constants of an older class file have no place in a new one yet, and the parts of those that have. */
export class FreeConstants {
  readonly #old: ConstantPool;
  /** From each index on the next that is free, or one that is nearer to it. */
  readonly #next: Uint16Array;
  /** Parts of constants that were taken, in their order. */
  readonly #parts: number[] = [];
  #queued = 0;

  constructor(old: ConstantPool) {
    this.#old = old;
    this.#next = new Uint16Array(old.count + 1);
    this.#next[old.count] = old.count;
    for (let index = 0; index < old.count; index++)
      this.#next[index] = old.tags[index] === 0 ? index + 1 : index;
  }

  has(index: number): boolean {
    return index > 0 && index < this.#old.count && this.#next[index] === index;
  }

  /** The first free one from an index on; the number of all where there is none. */
  from(index: number): number {
    const next = this.#next;
    let free = index;
    while (next[free] !== free) {
      const beyond = next[next[free] as number] as number;
      next[free] = beyond;
      free = beyond;
    }
    return free;
  }

  take(index: number): void {
    this.#next[index] = index + 1;
  }

  /** What a constant is made of waits for its turn. */
  queueParts(index: number): void {
    const { bytes, tags, offsets } = this.#old;
    const shape = shapeOf(tags[index] as number);
    const offset = offsets[index] as number;
    const at = shape.holds === 'handle' ? 1 : shape.holds === 'bootstrap' ? 2 : 0;
    const count = shape.holds === 'indexes' ? shape.count : at === 0 ? 0 : 1;
    for (let i = 0; i < count; i++) this.#parts.push(peekU2(bytes, offset + at + 2 * i));
  }

  /** The first part that waits and is free, if any is. */
  nextPart(): number | undefined {
    while (this.#queued < this.#parts.length && !this.has(this.#parts[this.#queued] as number))
      this.#queued++;
    return this.#parts[this.#queued];
  }
}
