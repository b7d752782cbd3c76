/** Kinds of numbers beside the indexes that constants hold. */
export const bootstrapKind = 128;
export const shiftKind = 129;

/** The first or second index of a constant. */
export function indexKind(tag: number, field: number): number {
  return 2 * tag + field;
}

/** Numbers as differences from the last one of their kind, in one class file. */
export class LastNumbers {
  readonly #last = new Int32Array(130);

  difference(kind: number, value: number): number {
    const difference = value - (this.#last[kind] as number);
    this.#last[kind] = value;
    return difference;
  }
}
