/** A text that grows up to a limit; what has no room any more is left out, and counted by whoever adds it. */
export class MarkdownPage {
  readonly #limit: number;
  #size = 0;
  readonly #parts: string[] = [];

  /** @param limit bytes in UTF-8 */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** True when it fits, and `reserve` bytes behind it; else nothing is added. */
  add(part: string, reserve = 0): boolean {
    const size = Buffer.byteLength(part);
    if (this.#size + size + reserve > this.#limit) return false;
    this.#parts.push(part);
    this.#size += size;
    return true;
  }

  text(): string {
    return this.#parts.join('');
  }
}
