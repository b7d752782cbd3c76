import { setImmediate as immediate } from 'node:timers/promises';

/** Milliseconds that work may keep the thread before timers and signals must have had a turn. */
const longest = 50;

/** When they last had one; for the whole process, since a thousand short loops keep the thread as long as a long one. */
let last = performance.now();

/**
 * To be awaited in every round of a loop: lets timers and signals have their turn when it is due. Reading and writing here are synchronous
 * calls (the fastest on Node by a factor of two to three), and a loop of nothing else would never let Ctrl-C or a lease's heartbeat through.
 */
export function giveTurn(): Promise<void> | undefined {
  return performance.now() - last > longest ? give() : undefined;
}

async function give(): Promise<void> {
  await immediate();
  last = performance.now();
}
