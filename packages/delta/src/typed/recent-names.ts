/** Names of classes that are said by their rank: the last ones that were used. Fewer than a byte has values. */
export const mostRecent = 255;

/** The different names that were used last, the last one first. Names are numbers; who writes and who reads keep this alike. */
export class RecentNames {
  readonly #names = new Int32Array(mostRecent);
  #count = 0;

  /** The name at a rank; undefined where there is none. */
  at(rank: number): number | undefined {
    return rank < this.#count ? this.#names[rank] : undefined;
  }

  /** -1 for a name that is not among them. */
  rankOf(name: number): number {
    const rank = this.#names.indexOf(name);
    return rank < this.#count ? rank : -1;
  }

  /** Puts a name first that was at a rank, or, with rank -1, was not among them. */
  use(name: number, rank: number): void {
    if (rank === -1 && this.#count < mostRecent) this.#count++;
    this.#names.copyWithin(1, 0, rank === -1 ? this.#count - 1 : rank);
    this.#names[0] = name;
  }
}
