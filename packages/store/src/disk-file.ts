import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { BlockPackError, type Bytes, type FileEntry } from '@block-pack/core';
import { diskError } from './disk-error.ts';
import { passingBytes } from './file-bytes.ts';

/** Milliseconds. A file changed so shortly before its stamp was taken may change again without another stamp: FAT counts in two seconds. */
const racy = 2_000;

const executableBits = 0o111;

/** What tells one state of a file from another. */
interface State {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  readonly dev: number;
}

/** A file on disk as it was found: when it is read and is not the same any more, that is an error. */
export class DiskFile implements FileEntry {
  readonly kind = 'file';
  readonly path: string;
  readonly size: number;
  readonly executable: boolean;
  readonly stamp?: string;
  readonly #where: string;
  readonly #state: State;

  /**
   * @param path relative to the input, for those who read the input
   * @param where on this machine
   * @param now when the state was taken, in milliseconds since 1970
   */
  constructor(path: string, where: string, stats: Stats, now: number) {
    const { size, mtimeMs, ctimeMs, ino, dev } = stats;
    this.path = path;
    this.size = size;
    // Windows has no such bits, and says "executable" of everything.
    this.executable = process.platform !== 'win32' && (stats.mode & executableBits) !== 0;
    this.#where = where;
    this.#state = { size, mtimeMs, ctimeMs, ino, dev };
    if (Math.max(mtimeMs, ctimeMs) < now - racy)
      this.stamp = JSON.stringify([where, size, mtimeMs, ctimeMs, ino]);
  }

  /** A property of its own, so that an entry stays readable when it is spread into one with another path. */
  readonly read = (): Bytes => this.#read();

  async *#read(): Bytes {
    const file = this.open();
    try {
      yield* passingBytes(file, 0, this.size);
      this.check(file);
    } catch (error) {
      throw diskError(error, 'INPUT_UNREADABLE', 'read', this.#where);
    } finally {
      closeSync(file);
    }
  }

  /** @throws INPUT_UNREADABLE, INPUT_CHANGED */
  open(): number {
    let file: number;
    try {
      // It may have become a pipe since, and opening one would wait for ever.
      file = openSync(this.#where, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    } catch (error) {
      throw diskError(error, 'INPUT_UNREADABLE', 'read', this.#where);
    }
    try {
      this.check(file);
      return file;
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  /** @throws INPUT_CHANGED when the open file is not as it was found */
  check(file: number): void {
    const now = fstatSync(file);
    const { size, mtimeMs, ctimeMs, ino, dev } = this.#state;
    if (
      now.size === size &&
      now.mtimeMs === mtimeMs &&
      now.ctimeMs === ctimeMs &&
      now.ino === ino &&
      now.dev === dev
    )
      return;
    throw new BlockPackError(
      'INPUT_CHANGED',
      now.size === size
        ? `${this.#where} changed while it was read`
        : `${this.#where} changed while it was read: it had ${size} bytes, now ${now.size}`,
      { hint: 'Wait until the build has finished, then pack again.', details: { path: this.#where, size } },
    );
  }
}
