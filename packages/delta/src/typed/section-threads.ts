import type { Worker } from 'node:worker_threads';
import { beginWorker } from '../begin-worker.ts';
import type { PackedSection } from './packed-section.ts';

/** What a thread is given and gives back: room for the contents goes to and fro. */
export interface SectionTask {
  readonly section: PackedSection;
  readonly room: ArrayBuffer;
}

export interface SectionAnswer {
  readonly room: ArrayBuffer;
  readonly isMade: boolean;
}

/** Where the program of these threads is, once it is built. While sources are run as they are, there is none, and threads make nothing. */
export const sectionProgram = new URL('./section-program.js', import.meta.url);

/** Each takes some 100 MB. */
const mostThreads = 4;

/** With two, those that deflate and the one that puts archives together have them busy already. */
const worthOneThread = 3;

/**
 * How many threads are worth it. To read values that are mixed takes ten times as long as all else, so each processor has one. Else one of
 * them makes sections as fast as they are used.
 * @param processors threads that the machine runs at once
 */
export function sectionThreadsFor({ mixed }: Pick<PackedSection, 'mixed'>, processors: number): number {
  if (mixed.size > 0) return processors < 2 ? 0 : Math.min(processors, mostThreads);
  return processors < worthOneThread ? 0 : 1;
}

/** Makes sections beside this thread, several at once. A thread begins when a section needs it. To be closed in any case. */
export class SectionThreads {
  /** How many there are at most. */
  readonly count: number;
  readonly #program: URL;
  readonly #roomSize: number;
  readonly #begun: SectionThread[] = [];
  readonly #idle: SectionThread[] = [];
  /** Sections that no thread has, in their order. */
  readonly #waiting: ((thread: SectionThread) => void)[] = [];
  readonly #rooms: ArrayBuffer[] = [];

  /** @param roomSize bytes of contents that a section may have */
  constructor(program: URL, roomSize: number, count: number) {
    this.count = count;
    this.#program = program;
    this.#roomSize = roomSize;
  }

  /** The section's contents; undefined where the thread cannot make them, for whatever reason. */
  async join(section: PackedSection): Promise<Uint8Array | undefined> {
    const thread = await this.#take();
    if (thread === undefined) return undefined;
    const room = this.#rooms.pop() ?? new ArrayBuffer(this.#roomSize);
    const answer = await thread.join({ section, room });
    this.#leave(thread);
    if (answer?.isMade === true) return new Uint8Array(answer.room, 0, section.length);
    if (answer !== undefined) this.#rooms.push(answer.room);
    return undefined;
  }

  /** A thread that is idle, now or as soon as there is one; undefined where the machine has no room for one. */
  #take(): SectionThread | undefined | Promise<SectionThread> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#begun.length < this.count) return this.#begin();
    return new Promise((take) => this.#waiting.push(take));
  }

  #leave(thread: SectionThread): void {
    const take = this.#waiting.shift();
    if (take === undefined) this.#idle.push(thread);
    else take(thread);
  }

  #begin(): SectionThread | undefined {
    const worker = beginWorker(this.#program);
    if (worker === undefined) return undefined;
    const thread = new SectionThread(worker);
    this.#begun.push(thread);
    return thread;
  }

  /** Contents that were joined, and are not needed any more. */
  recycle({ buffer }: Uint8Array): void {
    if (buffer instanceof ArrayBuffer) this.#rooms.push(buffer);
  }

  async close(): Promise<void> {
    await Promise.all(this.#begun.map((thread) => thread.close()));
  }
}

/** Makes one section after the other. */
class SectionThread {
  readonly #worker: Worker;
  #answer: (answer: SectionAnswer | undefined) => void = () => {};
  #hasFailed = false;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.#worker.on('message', (answer: SectionAnswer) => this.#answer(answer));
    this.#worker.on('error', () => {
      this.#hasFailed = true;
      this.#answer(undefined);
    });
  }

  /** Undefined where the thread failed, then or before. */
  async join(task: SectionTask): Promise<SectionAnswer | undefined> {
    if (this.#hasFailed) return undefined;
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#worker.postMessage(task, [task.room]);
    });
  }

  close(): Promise<unknown> {
    return this.#worker.terminate();
  }
}
