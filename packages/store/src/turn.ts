import { setImmediate as immediate } from 'node:timers/promises';

/** Milliseconds that work may keep the thread before timers and signals must have had a turn. */
const longest = 50;

/**
 * Lets timers and signals have their turn now and then. Reading and writing here are synchronous calls (the fastest on Node by a factor of
 * two to three), and a loop of nothing else would never let Ctrl-C or a lease's heartbeat through.
 */
export class Turns {
  #last = performance.now();

  get due(): boolean {
    return performance.now() - this.#last > longest;
  }

  async give(): Promise<void> {
    await immediate();
    this.#last = performance.now();
  }
}
