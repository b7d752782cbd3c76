import { Worker } from 'node:worker_threads';
import type { Descriptor } from './blob.ts';
import type { Bytes } from './bytes.ts';
import { assertSame, type Digest, Measure, parseDigest } from './digest.ts';

/** Digests bytes as they come; like Measure, but it may ask to wait. */
export interface StreamDigest {
  /** The chunk may be used again when this is done. */
  add(chunk: Uint8Array): Promise<void>;
  digest(): Promise<Digest>;
  /** To be called in any case. */
  close(): Promise<void>;
}

/** Bytes from which on a thread of its own, which takes some 20 ms to begin, is worth it. */
const worthThread = 32 << 20;

/** @param size of what will be digested, about */
export function streamDigest(size: number): StreamDigest {
  return size < worthThread ? new OwnThreadDigest() : new OtherThreadDigest();
}

class OwnThreadDigest implements StreamDigest {
  readonly #measure = new Measure();

  async add(chunk: Uint8Array): Promise<void> {
    this.#measure.add(chunk);
  }

  async digest(): Promise<Digest> {
    return this.#measure.digest();
  }

  async close(): Promise<void> {}
}

/** A string, not a file: so that it is there also when all of block-pack is one bundled file. */
const worker = `
const { createHash } = require('node:crypto');
const { parentPort } = require('node:worker_threads');
const hash = createHash('sha256');
parentPort.on('message', ({ array, length }) => {
  if (array === undefined) return parentPort.postMessage({ digest: 'sha256:' + hash.digest('hex') });
  hash.update(array.subarray(0, length));
  parentPort.postMessage({ array }, [array.buffer]);
});
`;

type Answer =
  | { readonly array: Uint8Array<ArrayBuffer>; readonly digest?: never }
  | { readonly digest: string; readonly array?: never };

const arraySize = 1 << 20;

/** Arrays under way: enough that neither thread waits for the other. */
const arrays = 6;

class OtherThreadDigest implements StreamDigest {
  // Flags of this process, such as loaders, are nothing to it.
  readonly #worker = new Worker(worker, { eval: true, execArgv: [], env: {} });
  readonly #free: Uint8Array<ArrayBuffer>[] = Array.from({ length: arrays }, () => new Uint8Array(arraySize));
  #filling = new Uint8Array(arraySize);
  #filled = 0;
  #digest: string | undefined;
  #error: Error | undefined;
  #wake: () => void = () => {};

  constructor() {
    this.#worker.on('message', (answer: Answer) => {
      if (answer.digest === undefined) this.#free.push(answer.array);
      else this.#digest = answer.digest;
      this.#wake();
    });
    this.#worker.on('error', (error) => {
      this.#error = error;
      this.#wake();
    });
  }

  async add(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + arraySize - this.#filled);
      this.#filling.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === arraySize) await this.#send();
    }
  }

  async #send(): Promise<void> {
    const array = this.#filling;
    this.#worker.postMessage({ array, length: this.#filled }, [array.buffer]);
    this.#filled = 0;
    this.#filling = await this.#until(() => this.#free.pop());
  }

  async digest(): Promise<Digest> {
    await this.#send();
    this.#worker.postMessage({});
    return parseDigest(await this.#until(() => this.#digest));
  }

  async #until<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      if (this.#error !== undefined) throw this.#error;
      const found = look();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Counts and digests a content as it passes; one that is large on another thread. */
export class PassingMeasure {
  readonly #about: number;
  #seen: Descriptor | undefined;

  /** @param about bytes that will come, as far as is known */
  constructor(about: number) {
    this.#about = about;
  }

  async *watch(content: Bytes): Bytes {
    const digest = streamDigest(this.#about);
    let size = 0;
    try {
      for await (const chunk of content) {
        await digest.add(chunk);
        size += chunk.length;
        yield chunk;
      }
      this.#seen = { digest: await digest.digest(), size };
    } finally {
      await digest.close();
    }
  }

  /** What has passed, once all of it has. @throws DIGEST_MISMATCH when it is not what was expected */
  seen(expected: Digest | undefined, what: string): Descriptor {
    if (this.#seen === undefined) throw new Error(`${what} has not passed`);
    const { digest, size } = this.#seen;
    if (expected !== undefined) assertSame(expected, digest, size, what);
    return this.#seen;
  }
}
