// What a thread runs that makes the early streams of a section.
import { parentPort, workerData } from 'node:worker_threads';
import { readEarlyWalks } from '../mixing/early-walks.ts';

parentPort?.postMessage(made());

/** What is wrong with them is said by the thread that has them: it makes them once more. */
function made(): Uint8Array[] | undefined {
  try {
    return readEarlyWalks(workerData);
  } catch {
    return undefined;
  }
}
