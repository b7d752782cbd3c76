import { deltaInvalid } from '../difference/delta-invalid.ts';

/** Which bytes of a base class files have that are levelled: each is so once, since it can have only one numbering. While they come in their order, which they mostly do, they are only noted. */
export class TakenBytes {
  readonly #length: number;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  /** Where the last of them ends. */
  #end = 0;
  /** A byte for each one. A Buffer, which is looked through many times as fast. */
  #marks: Buffer | undefined;

  /** @param length bytes of the base */
  constructor(length: number) {
    this.#length = length;
  }

  isFree(at: number): boolean {
    return at >= this.#end || this.#marked()[at] === 0;
  }

  /** @throws DELTA_INVALID where some of them are taken already */
  take(start: number, end: number): void {
    if (start < this.#end && this.#marked().subarray(start, end).includes(1))
      throw deltaInvalid('class files of the base lie upon each other');
    if (this.#marks === undefined) {
      this.#starts.push(start);
      this.#ends.push(end);
    } else this.#marks.fill(1, start, end);
    this.#end = Math.max(this.#end, end);
  }

  #marked(): Buffer {
    if (this.#marks === undefined) {
      this.#marks = Buffer.alloc(this.#length);
      for (const [i, start] of this.#starts.entries()) this.#marks.fill(1, start, this.#ends[i]);
    }
    return this.#marks;
  }
}
