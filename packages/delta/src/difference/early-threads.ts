import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { beginWorker } from '../begin-worker.ts';
import { type MadeEarly, type PackedEarly, walksOf } from './early-streams.ts';

/** Where the program of these threads is, once it is built. While sources are run as they are, there is none, and threads make nothing. */
export const earlyProgram = new URL('./early-program.js', import.meta.url);

/** Early streams as a thread makes them. */
export interface EarlySteps {
  /** Those that the transform needs. */
  readonly ofTransform: Promise<MadeEarly | undefined>;
  readonly all: Promise<MadeEarly | undefined>;
}

const noSteps: EarlySteps = { ofTransform: Promise.resolve(undefined), all: Promise.resolve(undefined) };

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

  /** The steps of `readEarly`; undefined for those that a thread cannot make, for whatever reason. */
  read(early: PackedEarly): EarlySteps {
    const worker = this.#isClosed ? undefined : beginWorker(this.#program, walksOf(early));
    if (worker === undefined) return noSteps;
    this.#begun.add(worker);
    const [ofTransform, all] = [new Step(), new Step()];
    worker.on('message', (made: MadeEarly | undefined) => (ofTransform.isMade ? all : ofTransform).end(made));
    const end = (): void => {
      ofTransform.end(undefined);
      all.end(undefined);
    };
    worker.once('error', end);
    worker.once('exit', () => {
      this.#begun.delete(worker);
      end();
    });
    return { ofTransform: ofTransform.made, all: all.made };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#begun].map((worker) => worker.terminate()));
  }
}

class Step {
  readonly made: Promise<MadeEarly | undefined>;
  #resolve: (made: MadeEarly | undefined) => void = () => {};
  isMade = false;

  constructor() {
    this.made = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  end(made: MadeEarly | undefined): void {
    this.isMade = true;
    this.#resolve(made);
  }
}
