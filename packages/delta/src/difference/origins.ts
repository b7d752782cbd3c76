/** How many ends of earlier covers are remembered. Measured: 8 save 2 % over one, 16 nothing more. */
export const originCount = 8;

/** A seek of fewer bytes goes on where an earlier cover ended; a longer one begins a new place beside it. */
const nearby = 4096;

/** What a step to another origin must save to be worth its byte: as a power of two. */
const penalty = 3;

/**
 * Where covers may go on: the ends of the last covers' sources, the latest first. A cover's source is said from one of them, since after
 * a short visit elsewhere the new bytes mostly go on where they were before.
 */
export class Origins {
  readonly #ends: number[] = new Array<number>(originCount).fill(0);

  /** The origin from which `source` is cheapest to say. */
  nearest(source: number): number {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let index = 0; index < originCount; index++) {
      const cost = 32 - Math.clz32(Math.abs(this.seek(index, source))) + (index === 0 ? 0 : penalty);
      if (cost >= least) continue;
      least = cost;
      best = index;
    }
    return best;
  }

  /** From the origin to the source. */
  seek(index: number, source: number): number {
    return source - this.end(index);
  }

  end(index: number): number {
    return this.#ends[index] ?? 0;
  }

  /** Remembers the end of a cover that was said from origin `index` with `seek`. */
  pass(index: number, seek: number, end: number): void {
    const left = Math.abs(seek) < nearby ? index : originCount - 1;
    for (let i = left; i > 0; i--) this.#ends[i] = this.#ends[i - 1] as number;
    this.#ends[0] = end;
  }
}
