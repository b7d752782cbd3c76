/**
 * Arrays of one length that are used again: fresh memory has to be cleared by the system and freed by the collector, which both take longer than filling it.
 * Whoever has taken one owns it alone until it is given back.
 */
export class SpareArrays {
  /** Bytes of each. */
  readonly length: number;
  readonly #most: number;
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];

  /** @param most that are kept for later */
  constructor(length: number, most: number) {
    this.length = length;
    this.#most = most;
  }

  /** What is in it is left from before. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#spare.pop() ?? new Uint8Array(this.length);
  }

  /** @param view of the array, or a part of it; nobody may read it afterwards */
  give({ buffer }: Uint8Array): void {
    if (this.#spare.length < this.#most && buffer instanceof ArrayBuffer)
      this.#spare.push(new Uint8Array(buffer));
  }
}
