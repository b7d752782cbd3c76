import { Worker } from 'node:worker_threads';

/** A thread that runs a program of ours; undefined where the machine has no room for one more. */
export function beginWorker(program: URL, workerData?: object): Worker | undefined {
  try {
    // Flags of this process, such as loaders, are nothing to it.
    return new Worker(program, { execArgv: [], env: {}, workerData });
  } catch {
    return undefined;
  }
}
