import { Worker } from 'node:worker_threads';
import { type BlobPart, type Descriptor, parseDigest, partBytes } from '@block-pack/core';
import { closeBlob, type OpenBlob } from './blob-files.ts';
import { blobTooShort } from './blob-reading.ts';
import { digester, newRing, writer } from './copy-programs.ts';
import { type DiskCode, diskError } from './disk-error.ts';
import type { PartFiles } from './part-files.ts';

/** A run of bytes: of an open file, or of the array that comes along. */
interface Step {
  readonly file?: number;
  readonly offset: number;
  length: number;
  readonly crc: number;
  /** Of a gzip member that is unpacked: how many bytes may be inside. */
  readonly limit?: number;
}

interface Sum {
  readonly crc: number;
  readonly end: Uint8Array;
  readonly flaw?: string;
  /** Bytes that the file does not have. */
  readonly missing?: number;
}

/** What an error of the file system is on its way from one thread to another. */
interface Errno {
  readonly code: string;
  readonly syscall: string;
  readonly message: string;
}

type Answer =
  | { readonly array: Uint8Array<ArrayBuffer>; readonly sums: readonly Sum[]; readonly size: number }
  | { readonly digest: string; readonly size: number }
  /** With the sums of the batch's parts that were copied before it. */
  | { readonly errno: Errno; readonly sums: readonly Sum[] };

interface Copy {
  readonly blob: OpenBlob;
  readonly part: BlobPart;
}

const arraySize = 1 << 20;

/** Batches under way: enough that neither thread waits for the other. */
const arrays = 3;

/** Of a batch: bytes that are copied, some ten milliseconds; and files that are open for it. */
const mostBytes = 8 << 20;
const mostFiles = 16;

/** An open file to write to; its path, and what it is when that fails, for messages. */
interface Output {
  readonly descriptor: number;
  readonly path: string;
  readonly code: DiskCode;
}

/** Digests bytes, and parts of blobs between them, by other threads; with an output, all of it is written there. To be closed in any case. */
export class CopyThread {
  readonly #files: PartFiles;
  readonly #output: Output | undefined;
  readonly #digester: Worker;
  /** Another thread: what is written is mostly fresh memory to the system, which may take longer than digesting. */
  readonly #writer: Worker | undefined;
  /** True when nothing is left to be written. */
  #written: boolean;
  readonly #free: Uint8Array<ArrayBuffer>[] = Array.from(
    { length: arrays - 1 },
    () => new Uint8Array(arraySize),
  );
  #array = new Uint8Array(arraySize);
  #filled = 0;
  #steps: Step[] = [];
  #copies: Copy[] = [];
  #bytes = 0;
  /** Of the batches under way, in their order. */
  readonly #sent: (readonly Copy[])[] = [];
  #done: Descriptor | undefined;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};
  /** Bytes that are digested, and written where there is an output, but for a few. */
  passed = 0;

  constructor(files: PartFiles, output?: Output) {
    this.#files = files;
    this.#output = output;
    this.#written = output === undefined;
    const ring = output && newRing();
    this.#digester = startWorker(digester, { ring });
    this.#digester.on('message', (answer: Answer) => this.#heed(() => this.#take(answer)));
    this.#writer = output && startWorker(writer, { ring, output: output.descriptor });
    this.#writer?.on('message', (answer: 'written' | { readonly errno: Errno }) =>
      this.#heed(() => {
        if (answer !== 'written') throw this.#failed(answer.errno, undefined);
        this.#written = true;
      }),
    );
    for (const worker of this.#workers())
      worker.on('error', (error) =>
        this.#heed(() => {
          throw error;
        }),
      );
  }

  #heed(news: () => void): void {
    try {
      news();
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#wake();
  }

  /** The chunk may be used again when this is done. */
  async add(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      const run = chunk.subarray(at, at + arraySize - this.#filled);
      this.#array.set(run, this.#filled);
      this.#step(run.length);
      at += run.length;
      if (this.#filled === arraySize) await this.#send();
    }
  }

  #step(length: number): void {
    const last = this.#steps.at(-1);
    if (last === undefined || last.file !== undefined)
      this.#steps.push({ offset: this.#filled, length, crc: 0 });
    else last.length += length;
    this.#filled += length;
  }

  async copy(part: BlobPart): Promise<void> {
    const blob = this.#open(part);
    if (blob === undefined) {
      for await (const chunk of partBytes(part)) await this.add(chunk);
      return;
    }
    const { range, crc, unpackedLimit: limit } = part;
    this.#steps.push({ file: blob.file, ...range, crc, ...(limit !== undefined && { limit }) });
    this.#copies.push({ part, blob });
    this.#bytes += range.length;
    if (this.#bytes >= mostBytes || this.#copies.length >= mostFiles) await this.#send();
  }

  #open(part: BlobPart): OpenBlob | undefined {
    try {
      return this.#files.open(part.blob, part.range);
    } catch (error) {
      part.failed();
      throw error;
    }
  }

  /** What has passed, all of it. */
  async end(): Promise<Descriptor> {
    await this.#send();
    this.#digester.postMessage({});
    return this.#until(() => (this.#written ? this.#done : undefined));
  }

  async #send(): Promise<void> {
    const array = this.#array;
    this.#digester.postMessage({ array, steps: this.#steps }, [array.buffer]);
    this.#sent.push(this.#copies);
    [this.#steps, this.#copies, this.#filled, this.#bytes] = [[], [], 0, 0];
    this.#array = await this.#until(() => this.#free.pop());
  }

  #take(answer: Answer): void {
    if ('digest' in answer) {
      this.#done = { digest: parseDigest(answer.digest), size: answer.size };
      return;
    }
    const copies = this.#sent.shift() ?? [];
    for (const { blob } of copies) closeBlob(blob);
    const { sums } = answer;
    for (const [index, { part }] of copies.entries()) {
      const sum = sums[index];
      // One that throws keeps nothing from the others.
      if (sum !== undefined) this.#heed(() => this.#tell(part, sum));
    }
    if ('errno' in answer) throw this.#failed(answer.errno, copies[sums.length]?.part);
    this.#free.push(answer.array);
    this.passed = answer.size;
  }

  #tell(part: BlobPart, sum: Sum): void {
    const { missing } = sum;
    if (missing === undefined) part.copied(sum);
    else part.failed();
    if (missing !== undefined)
      throw blobTooShort(this.#files.path(part.blob), part.blob, part.range, missing);
  }

  /** @param part that was being copied, if any was */
  #failed({ code, syscall, message }: Errno, part: BlobPart | undefined): unknown {
    const error = Object.assign(new Error(message), { code, syscall });
    if (this.#output !== undefined && syscall === 'write')
      return diskError(error, this.#output.code, 'write', this.#output.path);
    part?.failed();
    return diskError(error, this.#files.code, 'read', part === undefined ? '' : this.#files.path(part.blob));
  }

  async #until<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      const found = look();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #workers(): readonly Worker[] {
    return this.#writer === undefined ? [this.#digester] : [this.#digester, this.#writer];
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers().map((worker) => worker.terminate()));
    for (const { blob } of [...this.#sent.flat(), ...this.#copies]) closeBlob(blob);
    this.#sent.length = 0;
    this.#copies = [];
  }
}

function startWorker(program: string, workerData: object): Worker {
  // Flags of this process, such as loaders, are nothing to it.
  return new Worker(program, { eval: true, execArgv: [], env: {}, workerData });
}
