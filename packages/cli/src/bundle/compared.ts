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
    if (total > 0) this.show(0);
  }

  /** @param bytes of the objects of a group, as far as it is written */
  show(bytes: number): void {
    this.#progress.show(`${this.#what}, ${byteSize(this.#done + bytes)} of ${byteSize(this.#total)}`);
  }

  /** A group of so many bytes is written. */
  add(bytes: number): void {
    this.#done += bytes;
    this.show(0);
  }
}
