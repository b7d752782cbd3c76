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

/** Bytes of contents that a thread is given at once, some ten milliseconds of work: one class file would cost more to hand over than to deflate. */
const batchSize = 1 << 18;

/** Whether threads know the encoder. */
export function threadsDeflate({ encoder }: DeflateParameters): boolean {
  return zlibVariant(encoder) !== undefined;
}

/** Deflates contents by other threads, as `redeflate` does, and gives them back in their order. To be closed in any case. */
export class DeflateThreads {
  readonly #lanes: Lane[] = [];
  /** Those that were not given back whole, in their order. */
  readonly #batches: Batch[] = [];
  /** Arrays for batches to come: memory that is allocated by one thread and freed by another stays with neither. */
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  #filling: Batch | undefined;

  constructor(count: number) {
    this.widen(count);
  }

  /** Begins threads where there are fewer. */
  widen(count: number): void {
    while (this.#lanes.length < count) this.#lanes.push(new Lane());
  }

  /** @param content exactly `size` bytes; one after the other is to be added */
  async add(content: Bytes, size: number, parameters: DeflateParameters): Promise<void> {
    const batch = this.#begin(size, parameters);
    for await (const chunk of content) batch.add(chunk);
  }

  /** For a content that lies in memory. */
  addAtOnce(content: Uint8Array, parameters: DeflateParameters): void {
    this.#begin(content.length, parameters).add(content);
  }

  #begin(size: number, { encoder, level, memLevel }: DeflateParameters): Batch {
    const variant = zlibVariant(encoder);
    if (variant === undefined) throw new RangeError(`threads do not deflate as ${encoder} does`);
    const batch = this.#batchFor(size);
    batch.numbers.push(size, variant, level, memLevel);
    return batch;
  }

  #batchFor(size: number): Batch {
    const filling = this.#filling;
    if (filling !== undefined && filling.filled + size <= filling.contents.length) return filling;
    this.#send();
    const contents =
      size <= batchSize ? (this.#free.pop() ?? new Uint8Array(batchSize)) : new Uint8Array(size);
    const batch = new Batch(contents);
    this.#filling = batch;
    this.#batches.push(batch);
    return batch;
  }

  #send(): void {
    const batch = this.#filling;
    if (batch === undefined) return;
    this.#filling = undefined;
    const lane = this.#lanes.reduce((least, one) => (one.waiting < least.waiting ? one : least));
    lane.send(batch);
  }

  /** The next one, in the order in which they were added. It is good only until another one is asked for. */
  deflated(): Deflated | Promise<Deflated> {
    const [given] = this.#batches;
    if (given?.isGiven) {
      this.#batches.shift();
      this.#recycle(given);
    }
    const [batch] = this.#batches;
    if (batch === undefined) throw new RangeError('nothing was added');
    if (batch === this.#filling) this.#send();
    return batch.answer === undefined ? batch.answered.then(() => batch.give()) : batch.give();
  }

  #recycle({ answer }: Batch): void {
    if (answer?.packed.length === batchSize) this.#free.push(answer.packed);
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }
}

interface Answer {
  /** Streams one behind the other. */
  readonly packed: Uint8Array<ArrayBuffer>;
  /** Of each content the size of its stream, and its CRC-32. */
  readonly sums: Uint32Array;
}

/** Contents that go to a thread together. */
class Batch {
  readonly contents: Uint8Array<ArrayBuffer>;
  /** Bytes of contents that are there. */
  filled = 0;
  readonly numbers: number[] = [];
  answer: Answer | undefined;
  #resolve: () => void = () => {};
  reject: (error: unknown) => void = () => {};
  readonly answered = new Promise<void>((resolve, reject) => {
    this.#resolve = resolve;
    this.reject = reject;
  });
  #given = 0;
  #at = 0;

  constructor(contents: Uint8Array<ArrayBuffer>) {
    this.contents = contents;
    // Whoever stops early asks for nothing of it.
    this.answered.catch(() => {});
  }

  add(chunk: Uint8Array): void {
    this.contents.set(chunk, this.filled);
    this.filled += chunk.length;
  }

  resolve(answer: Answer): void {
    this.answer = answer;
    this.#resolve();
  }

  get isGiven(): boolean {
    return 4 * this.#given === this.numbers.length;
  }

  /** To be called when it is answered. */
  give(): Deflated {
    if (this.answer === undefined) throw new Error('the thread has not answered');
    const { packed, sums } = this.answer;
    const [size = 0, crc32 = 0] = [sums[2 * this.#given], sums[2 * this.#given + 1]];
    this.#given++;
    this.#at += size;
    return { crc32, packed: packed.subarray(this.#at - size, this.#at) };
  }
}

/** A thread, and the batches that it was given. */
class Lane {
  readonly #worker: Worker;
  readonly #batches: Batch[] = [];
  #failure: { readonly error: unknown } | undefined;

  constructor() {
    const workerData = moduleOf(deflateProgram);
    // Flags of this process, such as loaders, are nothing to it.
    this.#worker = new Worker(deflateThread, { eval: true, execArgv: [], env: {}, workerData });
    this.#worker.on('message', (answer: Answer) => this.#batches.shift()?.resolve(answer));
    this.#worker.on('error', (error) => {
      this.#failure = { error };
      for (const batch of this.#batches) batch.reject(error);
    });
  }

  get waiting(): number {
    return this.#batches.length;
  }

  send(batch: Batch): void {
    const { contents, numbers } = batch;
    this.#batches.push(batch);
    if (this.#failure !== undefined) batch.reject(this.#failure.error);
    else this.#worker.postMessage({ contents, numbers: Int32Array.from(numbers) }, [contents.buffer]);
  }

  close(): Promise<unknown> {
    return this.#worker.terminate();
  }
}
