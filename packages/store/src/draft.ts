import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fdatasync,
  fsync,
  fsyncSync,
  futimesSync,
  openSync,
  renameSync,
  unlinkSync,
  write,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { worthHandingOver } from './file-bytes.ts';

/** Begins the names of what is written beside its target: by it the drafts of runs that were killed are found, and none is taken for input. */
export const draftPrefix = '.block-pack-draft-';

/** Whether a path is that of a draft beside its target, or lies in one: it may be there for a moment only. */
export function isDraft(path: string): boolean {
  return path.split('/').some((name) => name.startsWith(draftPrefix));
}

/** A path that nobody else has, beside the target. */
export function draftBeside(target: string): string {
  return join(dirname(target), `${draftPrefix}${randomUUID()}`);
}

export const fsyncLater = promisify(fsync);
const handOver = promisify(write);

/** A file that has no name of its own yet: it gets one when it is whole, or goes away. */
export class Draft {
  readonly path: string;
  #file: number | undefined;
  #named = false;

  constructor(directory: string, prefix = '') {
    this.path = join(directory, `${prefix}${randomUUID()}`);
    this.#file = openSync(this.path, 'wx', 0o600);
  }

  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) at += writeSync(this.#open, chunk, at);
  }

  /** Writes at a place of its own: what lies before it may still lack. */
  writeAt(chunk: Uint8Array, position: number): void {
    for (let at = 0; at < chunk.length; )
      at += writeSync(this.#open, chunk, at, chunk.length - at, position + at);
  }

  /** Like `write`; a large chunk is written by another thread, and must not change before this returns. */
  async writeLater(chunk: Uint8Array): Promise<void> {
    if (chunk.length < worthHandingOver) return this.write(chunk);
    for (let at = 0; at < chunk.length; ) at += (await handOver(this.#open, chunk, at)).bytesWritten;
  }

  /** Of the open file: for a thread that writes in the place of this one. */
  get descriptor(): number {
    return this.#open;
  }

  get #open(): number {
    if (this.#file === undefined) throw new Error(`${this.path} is closed`);
    return this.#file;
  }

  /** Brings the bytes to the disk without keeping the thread, so that several drafts can wait for it together. */
  async settle(mode: number): Promise<void> {
    this.#stamp(mode);
    await fsyncLater(this.#open);
    this.#close();
  }

  /** Like `settle`, for what may be lost in a power cut. */
  finish(mode: number): void {
    this.#stamp(mode);
    this.#close();
  }

  /** The time is set by hand, since the system's own stamp may lie some milliseconds in the past. */
  #stamp(mode: number): void {
    const now = Date.now() / 1000;
    fchmodSync(this.#open, mode);
    futimesSync(this.#open, now, now);
  }

  /** To be called once it is settled or finished. Whatever had the name before is replaced. */
  rename(path: string): void {
    renameSync(this.path, path);
    this.#named = true;
  }

  /** Removes what has not got a name; afterwards, or called again, it does nothing. */
  discard(): void {
    this.#close();
    if (this.#named) return;
    this.#named = true;
    try {
      unlinkSync(this.path);
    } catch {
      // It is gone already, or the disk refuses all: gc takes what is left.
    }
  }

  #close(): void {
    if (this.#file === undefined) return;
    const file = this.#file;
    this.#file = undefined;
    closeSync(file);
  }
}

/** Bytes that are worth a call: few enough that the last ones are soon on the disk. */
const syncedAtOnce = 64 << 20;

const syncData = promisify(fdatasync);

/** Has a large file brought to the disk while it is being written: 400 MB then keep nobody waiting at the end, where it was a quarter of a second. */
export class EarlySync {
  readonly #file: number;
  #synced = 0;
  #error: unknown;
  #running: Promise<void> | undefined;

  /** @param file to be closed after {@link end} */
  constructor(file: number) {
    this.#file = file;
  }

  /** @param bytes so far */
  written(bytes: number): void {
    if (this.#running !== undefined || bytes - this.#synced < syncedAtOnce) return;
    this.#synced = bytes;
    this.#running = this.#sync();
  }

  async #sync(): Promise<void> {
    try {
      await syncData(this.#file);
    } catch (error) {
      // The system tells it once.
      this.#error ??= error;
    } finally {
      this.#running = undefined;
    }
  }

  /** Returns when nothing is under way any more. */
  async end(): Promise<void> {
    await this.#running;
    if (this.#error !== undefined) throw this.#error;
  }
}

/** Makes the names in a directory last through a power cut. */
export function syncDirectory(path: string): void {
  // Windows cannot open a directory as a file, and needs no such call.
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
