import type { Progress } from '../progress.ts';

/** One progress line for what is done at once: each has its part of it as long as it goes on. */
export class SideBySide {
  readonly #progress: Progress;
  readonly #texts = new Map<string, string>();

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  /** @param name of the work, another one for each */
  of(name: string): Progress {
    return {
      show: (text) => {
        this.#texts.set(name, `${name}: ${text}`);
        this.#progress.show([...this.#texts.values()].join('; '));
      },
      end: () => void this.#texts.delete(name),
    };
  }
}
