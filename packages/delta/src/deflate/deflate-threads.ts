import { Worker } from 'node:worker_threads';
import type { Bytes } from '@block-pack/core';
import { deflateProgram } from '../assembled/deflate.ts';
import { moduleOf } from '../assembled/instantiate.ts';
import type { DeflateParameters } from './deflate-parameters.ts';
import { deflateThread } from './deflate-program.ts';
import { zlibVariant } from './zlib-encoder.ts';

/** A content that was deflated. */
export interface Deflated {
  /** Of the content. */
  readonly crc32: number;
  readonly packed: Uint8Array;
}

/** A content that goes to a thread, or is there. */
export interface Deflating {
  readonly batch: Batch;
  readonly place: number;
}

/** Contents that go to a thread together. */
class Batch {
  readonly contents: Uint8Array<ArrayBuffer>;
  /** Bytes of contents that are there. */
  filled = 0;
  readonly numbers: number[] = [];
  resolve: (all: readonly Deflated[]) => void = () => {};
  reject: (error: unknown) => void = () => {};
  readonly whole = new Promise<readonly Deflated[]>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor(contents: Uint8Array<ArrayBuffer>) {
    this.contents = contents;
    // Whoever stops early asks for nothing of it.
    this.whole.catch(() => {});
  }
}

interface Answer {
  readonly contents: Uint8Array<ArrayBuffer>;
  readonly packed: Uint8Array;
  readonly sums: Uint32Array;
}

/** Bytes of contents, some ten milliseconds of work: one class file alone would cost more to hand over than to deflate. */
const batchSize = 1 << 18;

/** A thread, and the batches that it was given. */
interface Lane {
  readonly worker: Worker;
  readonly batches: Batch[];
}

/** Whether threads know the encoder. */
export function threadsDeflate({ encoder }: DeflateParameters): boolean {
  return zlibVariant(encoder) !== undefined;
}

/** Deflates contents by other threads, as `redeflate` does. To be closed in any case. */
export class DeflateThreads {
  readonly #lanes: readonly Lane[];
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  #filling: Batch | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(count: number) {
    this.#lanes = Array.from({ length: count }, () => this.#open());
  }

  #open(): Lane {
    const workerData = moduleOf(deflateProgram);
    // Flags of this process, such as loaders, are nothing to it.
    const worker = new Worker(deflateThread, { eval: true, execArgv: [], env: {}, workerData });
    const batches: Batch[] = [];
    worker.on('message', (answer: Answer) => {
      batches.shift()?.resolve(deflatedOf(answer));
      if (answer.contents.length === batchSize) this.#free.push(answer.contents);
    });
    worker.on('error', (error) => {
      this.#failure ??= { error };
      for (const batch of batches) batch.reject(error);
    });
    return { worker, batches };
  }

  /** @param content exactly `size` bytes; one after the other is to be added */
  async add(content: Bytes, size: number, parameters: DeflateParameters): Promise<Deflating> {
    const variant = zlibVariant(parameters.encoder);
    if (variant === undefined) throw new RangeError(`threads do not deflate as ${parameters.encoder} does`);
    const batch = this.#batchFor(size);
    for await (const chunk of content) {
      batch.contents.set(chunk, batch.filled);
      batch.filled += chunk.length;
    }
    batch.numbers.push(size, variant, parameters.level, parameters.memLevel);
    return { batch, place: batch.numbers.length / 4 - 1 };
  }

  #batchFor(size: number): Batch {
    const filling = this.#filling;
    if (filling !== undefined && filling.filled + size <= filling.contents.length) return filling;
    this.#send();
    const contents =
      size <= batchSize ? (this.#free.pop() ?? new Uint8Array(batchSize)) : new Uint8Array(size);
    this.#filling = new Batch(contents);
    return this.#filling;
  }

  #send(): void {
    const batch = this.#filling;
    this.#filling = undefined;
    if (batch === undefined) return;
    const lane = this.#lanes.reduce((least, one) =>
      one.batches.length < least.batches.length ? one : least,
    );
    lane.batches.push(batch);
    if (this.#failure !== undefined) batch.reject(this.#failure.error);
    const { contents, numbers } = batch;
    lane.worker.postMessage({ contents, numbers: Int32Array.from(numbers) }, [contents.buffer]);
  }

  async deflated({ batch, place }: Deflating): Promise<Deflated> {
    if (batch === this.#filling) this.#send();
    const one = (await batch.whole)[place];
    if (one === undefined) throw new RangeError(`no content ${place} in its batch`);
    return one;
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map(({ worker }) => worker.terminate()));
  }
}

function deflatedOf({ packed, sums }: Answer): readonly Deflated[] {
  let at = 0;
  return Array.from({ length: sums.length / 2 }, (_, i) => {
    const [size = 0, crc32 = 0] = sums.subarray(2 * i, 2 * i + 2);
    at += size;
    return { crc32, packed: packed.subarray(at - size, at) };
  });
}
