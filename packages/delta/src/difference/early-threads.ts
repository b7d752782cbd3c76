import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { beginWorker } from '../begin-worker.ts';
import { type PackedEarly, walksOf } from './early-streams.ts';

/** Where the program of these threads is, once it is built. While sources are run as they are, there is none, and threads make nothing. */
export const earlyProgram = new URL('./early-program.js', import.meta.url);

/** Make early streams while this thread gets the bases of their sections. Each makes those of one section, and ends: it takes 30 MB. To be closed in any case. */
export class EarlyThreads {
  readonly #program: URL;
  readonly #begun = new Set<Worker>();
  #isClosed: boolean;

  /** @param processors threads that the machine runs at once; with one, no other is begun */
  constructor(program: URL, processors = availableParallelism()) {
    this.#program = program;
    this.#isClosed = processors < 2;
  }

  /** As `readEarly` does; undefined where a thread cannot, for whatever reason. */
  async read(early: PackedEarly): Promise<Uint8Array[] | undefined> {
    const worker = this.#isClosed ? undefined : beginWorker(this.#program, walksOf(early));
    if (worker === undefined) return undefined;
    this.#begun.add(worker);
    return new Promise((resolve) => {
      worker.once('message', resolve);
      worker.once('error', () => resolve(undefined));
      worker.once('exit', () => {
        this.#begun.delete(worker);
        resolve(undefined);
      });
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#begun].map((worker) => worker.terminate()));
  }
}
