import type { Bytes } from '../bytes.ts';

/** A part of a stream that is made when its turn comes, or ahead of it. */
export interface Part {
  /** True where making it takes long and its chunks are not used again by whoever makes them. */
  readonly ahead: boolean;
  make(): Bytes;
}

/** Bytes that a part may be ahead; with all parts under way, this bounds the memory. */
const roomAhead = 8 << 20;

/**
 * The bytes of all parts in their order, while the next ones are made already.
 * @param atOnce parts that are made at the same time
 */
export async function* sideBySide(parts: readonly Part[], atOnce: number): Bytes {
  const started = new Map<number, Lane>();
  let next = 0;
  try {
    for (const [index, part] of parts.entries()) {
      for (; next < parts.length && started.size < atOnce; next++) {
        const later = parts[next];
        if (later?.ahead === true && next >= index) started.set(next, new Lane(later.make()));
      }
      next = Math.max(next, index + 1);
      const lane = started.get(index);
      yield* lane?.bytes() ?? part.make();
      started.delete(index);
    }
  } finally {
    await Promise.all([...started.values()].map((lane) => lane.stop()));
  }
}

/** Runs ahead of its reader, but only so far. */
class Lane {
  readonly #chunks: Uint8Array[] = [];
  readonly #made: Promise<void>;
  #held = 0;
  #done = false;
  #error: unknown;
  #stopped = false;
  #wakeReader: () => void = () => {};
  #wakeMaker: () => void = () => {};

  constructor(content: Bytes) {
    this.#made = this.#make(content);
  }

  async #make(content: Bytes): Promise<void> {
    try {
      for await (const chunk of content) {
        this.#chunks.push(chunk);
        this.#held += chunk.length;
        this.#wakeReader();
        while (this.#held > roomAhead && !this.#stopped)
          await new Promise<void>((wake) => (this.#wakeMaker = wake));
        if (this.#stopped) return;
      }
    } catch (error) {
      this.#error = error;
    } finally {
      this.#done = true;
      this.#wakeReader();
    }
  }

  async *bytes(): Bytes {
    for (;;) {
      for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) {
        this.#held -= chunk.length;
        this.#wakeMaker();
        yield chunk;
      }
      if (this.#error !== undefined) throw this.#error;
      if (this.#done) return;
      await new Promise<void>((wake) => (this.#wakeReader = wake));
    }
  }

  /** Returns when nothing is read or made any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wakeMaker();
    await this.#made;
  }
}
