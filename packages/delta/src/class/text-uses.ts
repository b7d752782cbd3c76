import { groupOf, isConstantKind, type StreamKind } from './typed-streams.ts';

const mostConstants = 1 << 16;

/** What texts of a class file are used for first by other constants: names of classes are like each other, and types are. */
export class TextUses {
  /** By index. */
  readonly #uses = new Uint8Array(mostConstants);

  /** @param count of constants */
  begin(count: number): void {
    this.#uses.fill(0, 0, count);
  }

  /** A constant names another one as a value of that kind. */
  note(kind: StreamKind, index: number): void {
    if (isConstantKind(kind) && groupOf(kind) === 'texts' && this.#uses[index] === 0)
      this.#uses[index] = kind;
  }

  /** A kind of stream, or 0. */
  of(index: number): number {
    return this.#uses[index] as number;
  }
}
