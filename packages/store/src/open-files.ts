import { closeSync, realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { BlockPackError, type FileEntry, type RandomAccess } from '@block-pack/core';
import { diskError } from './disk-error.ts';
import { DiskFile } from './disk-file.ts';
import { readChunk } from './file-bytes.ts';

/** A file that is read anywhere. */
export interface ReadableFile {
  /** Its path is the last name of the file's path. */
  readonly entry: FileEntry;
  /** Ends with INPUT_CHANGED when the file is not as it was when it was found. */
  readonly bytes: RandomAccess;
}

/**
 * Any number of files that are read anywhere, of which only the few that were read last are open: systems allow a process 256 or 1,024,
 * and a directory of wheels may have more.
 */
export class OpenFiles {
  readonly #limit: number;
  /** Descriptors; the one that was read last stands last. */
  readonly #open = new Map<DiskFile, number>();
  #isClosed = false;

  constructor(limit = 16) {
    this.#limit = limit;
  }

  /**
   * @param path links are followed
   * @throws INPUT_UNREADABLE, INPUT_UNSUPPORTED
   */
  find(path: string): ReadableFile {
    const real = realPath(path);
    const stats = statSync(real);
    if (!stats.isFile()) {
      throw new BlockPackError('INPUT_UNSUPPORTED', `${path} is not a file`, { details: { path } });
    }
    const entry = new DiskFile(basename(path), real, stats, Date.now());
    // Whether it may be read at all is told here, and not in the middle of something.
    this.#descriptor(entry);
    const { size } = entry;
    return {
      entry,
      bytes: { size, read: async (offset, length, room) => this.#read(entry, path, offset, length, room) },
    };
  }

  /** Nothing is read after that. */
  close(): void {
    this.#isClosed = true;
    for (const file of this.#open.values()) closeSync(file);
    this.#open.clear();
  }

  /** In one turn, so that no other read closes the file in between. */
  #read(entry: DiskFile, name: string, offset: number, length: number, room?: Uint8Array): Uint8Array {
    if (this.#isClosed) throw new Error(`${name} is closed`);
    if (offset < 0 || length < 0 || offset + length > entry.size) {
      throw new RangeError(`read past the end of ${name}: ${offset}+${length} of ${entry.size}`);
    }
    try {
      const file = this.#descriptor(entry);
      const chunk = readChunk(file, offset, length, room);
      entry.check(file);
      return chunk;
    } catch (error) {
      throw diskError(error, 'INPUT_UNREADABLE', 'read', name);
    }
  }

  #descriptor(entry: DiskFile): number {
    const file = this.#open.get(entry) ?? entry.open();
    this.#open.delete(entry);
    this.#open.set(entry, file);
    const [longestUnread] = this.#open;
    if (this.#open.size > this.#limit && longestUnread !== undefined) {
      this.#open.delete(longestUnread[0]);
      closeSync(longestUnread[1]);
    }
    return file;
  }
}

/** @throws INPUT_UNREADABLE */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw diskError(error, 'INPUT_UNREADABLE', 'read', path);
  }
}
