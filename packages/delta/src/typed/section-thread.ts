import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { PackedSection } from './packed-section.ts';

/** What the thread is given and gives back: room for the contents goes to and fro. */
export interface SectionTask {
  readonly section: PackedSection;
  readonly room: ArrayBuffer;
}

export interface SectionAnswer {
  readonly room: ArrayBuffer;
  readonly isMade: boolean;
}

const program = new URL('./section-program.js', import.meta.url);

/** With two, those that deflate and the one that puts archives together have them busy already. */
const worthParallelism = 3;

/** The program of a thread that makes sections, where that is worth it. While sources are run as they are, there is none, and no thread begins. */
export function sectionProgram(): URL | undefined {
  return availableParallelism() >= worthParallelism ? program : undefined;
}

/** Makes sections beside this thread, in their order. To be closed in any case. */
export class SectionThread {
  readonly #worker: Worker;
  readonly #roomSize: number;
  readonly #free: ArrayBuffer[] = [];
  readonly #waiting: ((answer: SectionAnswer | undefined) => void)[] = [];
  #hasFailed = false;

  /** @param roomSize bytes of contents that a section may have */
  constructor(url: URL, roomSize: number) {
    this.#roomSize = roomSize;
    this.#worker = new Worker(url, { execArgv: [], env: {} });
    this.#worker.on('message', (answer: SectionAnswer) => this.#waiting.shift()?.(answer));
    this.#worker.on('error', () => {
      this.#hasFailed = true;
      for (const tell of this.#waiting.splice(0)) tell(undefined);
    });
  }

  /** The section's contents; undefined where the thread cannot make them, for whatever reason. */
  async join(section: PackedSection): Promise<Uint8Array | undefined> {
    if (this.#hasFailed) return undefined;
    const room = this.#free.pop() ?? new ArrayBuffer(this.#roomSize);
    const task: SectionTask = { section, room };
    const answer = await new Promise<SectionAnswer | undefined>((resolve) => {
      this.#waiting.push(resolve);
      this.#worker.postMessage(task, [room]);
    });
    if (answer?.isMade === true) return new Uint8Array(answer.room, 0, section.length);
    if (answer !== undefined) this.#free.push(answer.room);
    return undefined;
  }

  /** Contents that are not needed any more, wherever they were made. */
  recycle({ buffer }: Uint8Array): void {
    if (buffer instanceof ArrayBuffer && buffer.byteLength === this.#roomSize) this.#free.push(buffer);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
