// What a thread runs that makes the early streams of a section.
import { parentPort, workerData } from 'node:worker_threads';
import { readEarlyWalks } from '../mixing/early-walks.ts';

try {
  for (const made of readEarlyWalks(workerData)) parentPort?.postMessage(made);
} catch {
  // What is wrong with them is said by the thread that has them: it makes them once more.
  parentPort?.postMessage(undefined);
}
