import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  futimesSync,
  linkSync,
  openSync,
  writeSync,
} from 'node:fs';
import {
  assertDigest,
  BlockPackError,
  type Bytes,
  canonicalTime,
  checkSignal,
  type Digest,
  Measure,
} from '@block-pack/core';
import { cannotShare } from './clone-errors.ts';
import { errnoOf } from './disk-error.ts';
import { fileBytes } from './file-bytes.ts';
import type { BlobFiles } from './resolve.ts';

/**
 * How a file block gets its place. `auto`: as a clone where the file system can, else as a copy. `hardlink` is fast and takes no room, but
 * whoever edits the file edits the store; so it is never chosen unasked.
 */
export type PlaceMethod = 'auto' | 'reflink' | 'hardlink' | 'copy';

/** How the file blocks came: `copy` where none could come otherwise. */
export type PlacedBy = Exclude<PlaceMethod, 'auto'>;

/** Brings blobs to paths where nothing is yet, checked on the way. Where something is, the machine says EEXIST. */
export class BlobPlacing {
  readonly #source: BlobFiles;
  readonly #signal: AbortSignal | undefined;
  #method: PlaceMethod;
  #came: PlacedBy = 'copy';

  constructor(source: BlobFiles, method: PlaceMethod, signal: AbortSignal | undefined) {
    this.#source = source;
    this.#method = method;
    this.#signal = signal;
  }

  get came(): PlacedBy {
    return this.#came;
  }

  /**
   * A hard link keeps mode and time of the blob, since these belong to both.
   * @returns bytes
   * @throws DIGEST_MISMATCH, OUTPUT_REFUSED where the asked method is not to be had
   */
  async place(to: string, digest: Digest, executable: boolean): Promise<number> {
    const from = this.#source.blobPath?.(digest);
    if (from !== undefined && this.#method === 'hardlink' && !executable) {
      const size = await this.#hardLink(from, to, digest);
      if (size !== undefined) return size;
    }
    if (from !== undefined && (this.#method === 'auto' || this.#method === 'reflink')) {
      const size = await this.#clone(from, to, digest, executable);
      if (size !== undefined) return size;
    }
    return this.write(to, this.#source.read(digest), executable);
  }

  /** The content is verified by whoever gives it. @returns bytes */
  async write(to: string, content: Bytes, executable: boolean): Promise<number> {
    const file = openSync(to, 'wx', 0o600);
    try {
      let size = 0;
      for await (const chunk of content) {
        checkSignal(this.#signal);
        for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
        size += chunk.length;
      }
      settle(file, executable);
      return size;
    } finally {
      closeSync(file);
    }
  }

  /** Undefined when the blob is not where it should be; then it is read from the source, which knows more. */
  async #hardLink(from: string, to: string, digest: Digest): Promise<number | undefined> {
    const size = await this.#rehash(from, digest);
    if (size === undefined) return undefined;
    try {
      linkSync(from, to);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EMLINK') return undefined;
      throw errnoOf(error) === 'EXDEV' ? notToBeHad('Hard links', 'lie on two file systems') : error;
    }
    this.#came = 'hardlink';
    return size;
  }

  /** Undefined when the file system cannot; then it is not asked again. */
  async #clone(from: string, to: string, digest: Digest, executable: boolean): Promise<number | undefined> {
    try {
      copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    } catch (error) {
      const errno = errnoOf(error) ?? '';
      if (errno === 'ENOENT') return undefined;
      if (!cannotShare.has(errno)) throw error;
      if (this.#method === 'reflink')
        throw notToBeHad('Clones', `do not share a file system that has them (${errno})`);
      this.#method = 'copy';
      return undefined;
    }
    const size = await this.#rehash(to, digest);
    if (size === undefined) throw new Error(`${to} is gone`);
    const file = openSync(to, 'r');
    try {
      settle(file, executable);
    } finally {
      closeSync(file);
    }
    this.#came = 'reflink';
    return size;
  }

  /** The size of a file that has the right bytes; undefined when there is none. @throws DIGEST_MISMATCH */
  async #rehash(path: string, digest: Digest): Promise<number | undefined> {
    const file = openIfThere(path);
    if (file === undefined) return undefined;
    try {
      const measure = new Measure();
      for await (const chunk of fileBytes(file, 0, Number.MAX_SAFE_INTEGER)) {
        checkSignal(this.#signal);
        measure.add(chunk);
      }
      assertDigest(digest, measure, path);
      return measure.size;
    } finally {
      closeSync(file);
    }
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function settle(file: number, executable: boolean): void {
  fchmodSync(file, executable ? 0o755 : 0o644);
  futimesSync(file, canonicalTime, canonicalTime);
}

function notToBeHad(what: string, reason: string): BlockPackError {
  return new BlockPackError(
    'OUTPUT_REFUSED',
    `${what} are not to be had: the store and the target ${reason}`,
    {
      hint: 'Use --method auto, which copies where it must.',
    },
  );
}
