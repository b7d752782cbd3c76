import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  futimesSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  assertDigest,
  BlockPackError,
  type Bytes,
  canonicalTime,
  checkSignal,
  type Digest,
  Measure,
} from '@block-pack/core';
import { errnoOf } from './disk-error.ts';
import { fileBytes } from './file-bytes.ts';
import type { BlobFiles } from './resolve.ts';
import { giveTurn } from './turn.ts';

/**
 * How a file block gets its place. `auto`: as a clone where the file system can, else as a copy. `hardlink` is fast and takes no room, but
 * whoever edits the file edits the store; so it is never chosen unasked.
 */
export type PlaceMethod = 'auto' | 'reflink' | 'hardlink' | 'copy';

/** What was placed. */
export interface Placed {
  readonly files: number;
  readonly links: number;
  readonly directories: number;
  /** Of all files, however they came. */
  readonly bytes: number;
  /** How the file blocks came: `copy` where none could come otherwise. A tree's files are always copied. */
  readonly method: Exclude<PlaceMethod, 'auto'>;
}

/** Errors that say "not on this file system", or "not across two". */
const cannotClone = new Set([
  'ENOTSUP',
  'EOPNOTSUPP',
  'EXDEV',
  'EINVAL',
  'ENOSYS',
  'ENOTTY',
  'EPERM',
  'EMLINK',
]);

/**
 * Fills a new directory. It keeps account of every path, so nothing is written twice, below a file, or through a link.
 * Times are the same for all; hard-linked files keep mode and time of the blob, since these belong to both.
 */
export class Placing {
  readonly placed = { files: 0, links: 0, directories: 0, bytes: 0 };
  readonly #root: string;
  readonly #source: BlobFiles;
  readonly #signal: AbortSignal | undefined;
  readonly #kinds = new Map<string, 'file' | 'link' | 'directory'>();
  #method: PlaceMethod;
  #came: Placed['method'] = 'copy';

  constructor(root: string, source: BlobFiles, method: PlaceMethod, signal: AbortSignal | undefined) {
    this.#root = root;
    this.#source = source;
    this.#method = method;
    this.#signal = signal;
    mkdirSync(root);
    chmodSync(root, 0o755);
  }

  /** @throws IMPORT_COLLISION, DIGEST_MISMATCH, OUTPUT_REFUSED where the asked method is not to be had */
  async blob(path: string, digest: Digest, executable: boolean): Promise<void> {
    this.#claim(path, 'file');
    const from = this.#source.blobPath?.(digest);
    if (from !== undefined && this.#method === 'hardlink' && !executable) {
      if (await this.#hardLink(path, from, digest)) return;
    }
    if (from !== undefined && (this.#method === 'auto' || this.#method === 'reflink')) {
      if (await this.#clone(path, from, digest, executable)) return;
    }
    await this.#write(path, this.#source.read(digest), executable);
  }

  /** The content is verified by whoever gives it. @throws IMPORT_COLLISION */
  async file(path: string, content: Bytes, executable: boolean): Promise<void> {
    this.#claim(path, 'file');
    await this.#write(path, content, executable);
  }

  /** @param target inside the block that the link is part of; never followed here */
  link(path: string, target: string): void {
    this.#claim(path, 'link');
    this.#create(path, () => symlinkSync(target, this.#at(path)));
    lutimesSync(this.#at(path), canonicalTime, canonicalTime);
    this.placed.links++;
  }

  /** With those above it; the second time it does nothing. */
  directory(path: string): void {
    const known = path === '' ? 'directory' : this.#kinds.get(path);
    if (known === 'directory') return;
    if (known !== undefined) throw this.#collision(path);
    const slash = path.lastIndexOf('/');
    if (slash > 0) this.directory(path.slice(0, slash));
    this.#kinds.set(path, 'directory');
    this.#create(path, () => mkdirSync(this.#at(path)));
    // Not by mkdir, which the umask would have a say in.
    chmodSync(this.#at(path), 0o755);
    this.placed.directories++;
  }

  /** To be awaited before each entry: lets others have a turn. @throws INTERRUPTED */
  async pause(): Promise<void> {
    checkSignal(this.#signal);
    await giveTurn();
  }

  /** Sets the directories' times, which every file inside has changed. */
  async finish(): Promise<Placed> {
    for (const [path, kind] of this.#kinds) {
      await this.pause();
      if (kind === 'directory') utimesSync(this.#at(path), canonicalTime, canonicalTime);
    }
    utimesSync(this.#root, canonicalTime, canonicalTime);
    return { ...this.placed, method: this.#came };
  }

  #claim(path: string, kind: 'file' | 'link'): void {
    if (this.#kinds.has(path)) throw this.#collision(path);
    const slash = path.lastIndexOf('/');
    if (slash > 0) this.directory(path.slice(0, slash));
    this.#kinds.set(path, kind);
  }

  /** The file system may hold two of our names for one, where it ignores case or Unicode normalisation. */
  #create<T>(path: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw errnoOf(error) === 'EEXIST' ? this.#collision(path) : error;
    }
  }

  #collision(path: string): BlockPackError {
    const kind = this.#kinds.get(path);
    return new BlockPackError(
      'IMPORT_COLLISION',
      kind === undefined
        ? `Two imports want one place on this file system: ${JSON.stringify(path)}`
        : `Two imports want ${JSON.stringify(path)}, which is a ${kind} already`,
      { hint: 'Correct the import manifest: each file and link may stand once.', details: { path } },
    );
  }

  #at(path: string): string {
    return join(this.#root, path);
  }

  async #write(path: string, content: Bytes, executable: boolean): Promise<void> {
    const file = this.#create(path, () => openSync(this.#at(path), 'wx', 0o600));
    try {
      for await (const chunk of content) {
        checkSignal(this.#signal);
        for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
        this.placed.bytes += chunk.length;
      }
      settle(file, executable);
    } finally {
      closeSync(file);
    }
    this.placed.files++;
  }

  /** False when the blob is not where it should be; then it is read from the source, which knows more. */
  async #hardLink(path: string, from: string, digest: Digest): Promise<boolean> {
    const size = await this.#rehash(from, digest);
    if (size === undefined) return false;
    try {
      this.#create(path, () => linkSync(from, this.#at(path)));
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EMLINK') return false;
      throw errnoOf(error) === 'EXDEV' ? notToBeHad('Hard links', 'lie on two file systems') : error;
    }
    this.#came = 'hardlink';
    this.#count(size);
    return true;
  }

  /** False when the file system cannot; then it is not asked again. */
  async #clone(path: string, from: string, digest: Digest, executable: boolean): Promise<boolean> {
    const to = this.#at(path);
    try {
      copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    } catch (error) {
      const errno = errnoOf(error) ?? '';
      if (errno === 'ENOENT') return false;
      if (errno === 'EEXIST') throw this.#collision(path);
      if (!cannotClone.has(errno)) throw error;
      if (this.#method === 'reflink')
        throw notToBeHad('Clones', `do not share a file system that has them (${errno})`);
      this.#method = 'copy';
      return false;
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
    this.#count(size);
    return true;
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

  #count(size: number): void {
    this.placed.files++;
    this.placed.bytes += size;
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
