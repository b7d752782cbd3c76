/** As many are taken before the array moves up. */
const mostTaken = 1024;

/** First in, first out. An array that is shifted moves all of its items where there are many, and V8 looks at each for its collector. */
export class Queue<T> {
  readonly #items: (T | undefined)[] = [];
  #taken = 0;

  get length(): number {
    return this.#items.length - this.#taken;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** The one that is there longest. */
  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#taken];
    this.#items[this.#taken++] = undefined;
    if (this.#taken === mostTaken) {
      this.#items.splice(0, this.#taken);
      this.#taken = 0;
    }
    return item;
  }
}
