/** Packs one part in each lane at the same time, in the order in which they come: each of some megabytes takes up to 150 MiB. */
export class PackingLanes {
  #free: number;
  readonly #waiting: { readonly bytes: number; begin(): void }[] = [];
  #bytesWaiting = 0;
  readonly #watching = new Set<{ readonly most: number; seen(): void }>();

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Packs a part when a lane is free, and all that came before are on their way.
   * @param bytes of the part
   */
  async next<T>(bytes: number, pack: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((begin) => this.#wait({ bytes, begin }));
    try {
      return await pack();
    } finally {
      this.#beginNext();
    }
  }

  /** Resolves when no more than so many bytes wait for a lane. */
  async fewWait(most: number): Promise<void> {
    if (this.#bytesWaiting <= most) return;
    await new Promise<void>((seen) => this.#watching.add({ most, seen }));
  }

  #wait(part: { readonly bytes: number; begin(): void }): void {
    this.#bytesWaiting += part.bytes;
    this.#waiting.push(part);
  }

  #beginNext(): void {
    const part = this.#waiting.shift();
    if (part === undefined) {
      this.#free++;
      return;
    }
    part.begin();
    this.#bytesWaiting -= part.bytes;
    for (const one of this.#watching) {
      if (this.#bytesWaiting > one.most) continue;
      this.#watching.delete(one);
      one.seen();
    }
  }
}
