import { availableParallelism } from 'node:os';
import { DeflateThreads } from '../deflate/deflate-threads.ts';

/** Bytes that are to be deflated from which on threads, which take some 20 ms to begin, are worth it. */
const worthThreads = 4 << 20;

/** Bytes that keep a thread busy for as long as the contents of an update take to be made: a second one would only take its processor from whoever makes them. */
const bytesOfThread = 16 << 20;

/** With more, they would wait for the contents, which one thread makes. */
const mostThreads = 4;

/** Threads that deflate for one group after the other: begun for the first that is worth them, and kept for the next. To be closed in any case. */
export class GroupThreads {
  readonly #count: number | undefined;
  #threads: DeflateThreads | undefined;

  /** @param count of threads for each group; unless said, as many as are worth it */
  constructor(count?: number) {
    this.#count = count;
  }

  /**
   * Undefined where none are worth it.
   * @param bytes that the group has threads deflate
   */
  forBytes(bytes: number): DeflateThreads | undefined {
    const count = this.#count ?? worthwhileThreads(bytes);
    if (count === 0) return undefined;
    this.#threads ??= new DeflateThreads(0);
    this.#threads.widen(count);
    return this.#threads;
  }

  async close(): Promise<void> {
    await this.#threads?.close();
  }
}

function worthwhileThreads(bytes: number): number {
  const processors = availableParallelism();
  if (bytes < worthThreads || processors < 2) return 0;
  return Math.min(Math.ceil(bytes / bytesOfThread), processors, mostThreads);
}
