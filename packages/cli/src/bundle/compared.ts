import { byteSize } from '../byte-size.ts';
import type { Progress } from '../progress.ts';

/** How far objects are compared, as one count over all groups that they are tried in. */
export class Compared {
  readonly #what: string;
  readonly #total: number;
  readonly #progress: Pick<Progress, 'show'>;
  #done = 0;

  /** @param total bytes of all objects, each as often as it is tried */
  constructor(what: string, total: number, progress: Pick<Progress, 'show'>) {
    this.#what = what;
    this.#total = total;
    this.#progress = progress;
    if (total > 0) this.add(0);
  }

  /** @param bytes of objects, more than before */
  add(bytes: number): void {
    this.#done += bytes;
    this.#progress.show(`${this.#what}, ${this.#count}`);
  }

  /** @param deed what is done to bytes meanwhile, for which the count stands still */
  tell(deed: string, bytes: number): void {
    this.#progress.show(`${this.#what}, ${deed} ${byteSize(bytes)}, at ${this.#count}`);
  }

  get #count(): string {
    return `${byteSize(this.#done)} of ${byteSize(this.#total)}`;
  }

  /** How far one group is, of several that may be under way; whatever it says, it goes forward. */
  ofGroup(size: number): (bytes: number) => void {
    let counted = 0;
    return (bytes) => {
      const more = Math.max(0, Math.min(bytes, size) - counted);
      counted += more;
      this.add(more);
    };
  }
}
