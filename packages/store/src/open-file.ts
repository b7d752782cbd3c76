import { closeSync, realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { BlockPackError, type FileEntry, type RandomAccess } from '@block-pack/core';
import { diskError } from './disk-error.ts';
import { DiskFile } from './disk-file.ts';
import { readChunk } from './file-bytes.ts';

/** A file that stays open, to be read anywhere, until it is closed. */
export interface OpenFile {
  /** Its path is the last name of the file's path. */
  readonly entry: FileEntry;
  /** Ends with INPUT_CHANGED when the file is not as it was when it was opened. */
  readonly bytes: RandomAccess;
  close(): void;
}

/**
 * Opens a file for reading anywhere in it.
 * @param path links are followed
 * @throws INPUT_UNREADABLE, INPUT_UNSUPPORTED
 */
export function openFile(path: string): OpenFile {
  const real = realPath(path);
  const stats = statSync(real);
  if (!stats.isFile()) {
    throw new BlockPackError('INPUT_UNSUPPORTED', `${path} is not a file`, { details: { path } });
  }
  const entry = new DiskFile(basename(path), real, stats, Date.now());
  const bytes = new OpenBytes(entry, path);
  return { entry, bytes, close: () => bytes.close() };
}

/** @throws INPUT_UNREADABLE */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw diskError(error, 'INPUT_UNREADABLE', 'read', path);
  }
}

class OpenBytes implements RandomAccess {
  readonly size: number;
  readonly #entry: DiskFile;
  readonly #name: string;
  #file: number | undefined;

  constructor(entry: DiskFile, name: string) {
    this.size = entry.size;
    this.#entry = entry;
    this.#name = name;
    this.#file = entry.open();
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (this.#file === undefined) throw new Error(`${this.#name} is closed`);
    if (offset < 0 || length < 0 || offset + length > this.size) {
      throw new RangeError(`read past the end of ${this.#name}: ${offset}+${length} of ${this.size}`);
    }
    try {
      const chunk = readChunk(this.#file, offset, length);
      this.#entry.check(this.#file);
      return chunk;
    } catch (error) {
      throw diskError(error, 'INPUT_UNREADABLE', 'read', this.#name);
    }
  }

  close(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
  }
}
