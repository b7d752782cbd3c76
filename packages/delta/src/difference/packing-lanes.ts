/** Packs one part in each lane at the same time, in the order in which they come: each of some megabytes takes up to 150 MiB. */
export class PackingLanes {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Packs a part when a lane is free, and all that came before are on their way. */
  async next<T>(pack: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((begin) => this.#waiting.push(begin));
    try {
      return await pack();
    } finally {
      const begin = this.#waiting.shift();
      if (begin === undefined) this.#free++;
      else begin();
    }
  }
}
