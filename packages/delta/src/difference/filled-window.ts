import type { Window } from './cover.ts';

/** A window whose new bytes are made as far as somebody wants them, in their order: what is there can be used before all is. */
export class FilledWindow {
  readonly bytes: Uint8Array;
  /** Where the new bytes begin. */
  readonly start: number;
  readonly #steps: Iterator<number>;
  #end: number;

  /** @param steps fill it, and say after each how far it is filled */
  constructor({ bytes, baseLength }: Window, steps: Iterable<number>) {
    this.bytes = bytes;
    this.start = baseLength;
    this.#steps = steps[Symbol.iterator]();
    this.#end = baseLength;
  }

  /** Has it filled to there, or a little further; to its end where there are fewer bytes. */
  fill(to: number): void {
    while (this.#end < to && this.#step());
  }

  /** The bytes between two positions, as views. */
  *part(from: number, to: number): Generator<Uint8Array> {
    for (let at = from; at < to; ) {
      this.fill(at + 1);
      const end = Math.min(to, this.#end);
      yield this.bytes.subarray(at, end);
      at = end;
    }
  }

  /** All bytes from a position on. Behind the last one what fills the window comes to its end, and finds whether anything is left over. */
  *rest(from: number): Generator<Uint8Array> {
    yield* this.part(from, this.bytes.length);
    while (this.#step());
  }

  #step(): boolean {
    const { done, value } = this.#steps.next();
    this.#end = done === true ? this.bytes.length : value;
    return done !== true;
  }
}
