import { chmodSync, lutimesSync, mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { BlockPackError, type Bytes, canonicalTime, checkSignal, type Digest } from '@block-pack/core';
import { BlobPlacing, type PlacedBy, type PlaceMethod } from './blob-placing.ts';
import { errnoOf } from './disk-error.ts';
import type { BlobFiles } from './resolve.ts';
import { giveTurn } from './turn.ts';

/** What was placed. */
export interface Placed {
  readonly files: number;
  readonly links: number;
  readonly directories: number;
  /** Of all files, however they came. */
  readonly bytes: number;
  /** How the file blocks came: `copy` where none could come otherwise. A tree's files are always copied. */
  readonly method: PlacedBy;
}

/**
 * Fills a new directory. It keeps account of every path, so nothing is written twice, below a file, or through a link.
 * Times are the same for all; hard-linked files keep mode and time of the blob, since these belong to both.
 */
export class Placing {
  readonly placed = { files: 0, links: 0, directories: 0, bytes: 0 };
  readonly #root: string;
  readonly #blobs: BlobPlacing;
  readonly #signal: AbortSignal | undefined;
  readonly #kinds = new Map<string, 'file' | 'link' | 'directory'>();

  constructor(root: string, source: BlobFiles, method: PlaceMethod, signal: AbortSignal | undefined) {
    this.#root = root;
    this.#blobs = new BlobPlacing(source, method, signal);
    this.#signal = signal;
    mkdirSync(root);
    chmodSync(root, 0o755);
  }

  /** @throws IMPORT_COLLISION, DIGEST_MISMATCH, OUTPUT_REFUSED where the asked method is not to be had */
  async blob(path: string, digest: Digest, executable: boolean): Promise<void> {
    this.#claim(path, 'file');
    await this.#count(path, this.#blobs.place(this.#at(path), digest, executable));
  }

  /** The content is verified by whoever gives it. @throws IMPORT_COLLISION */
  async file(path: string, content: Bytes, executable: boolean): Promise<void> {
    this.#claim(path, 'file');
    await this.#count(path, this.#blobs.write(this.#at(path), content, executable));
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
    return { ...this.placed, method: this.#blobs.came };
  }

  async #count(path: string, placing: Promise<number>): Promise<void> {
    try {
      this.placed.bytes += await placing;
      this.placed.files++;
    } catch (error) {
      throw this.#explained(path, error);
    }
  }

  #claim(path: string, kind: 'file' | 'link'): void {
    if (this.#kinds.has(path)) throw this.#collision(path);
    const slash = path.lastIndexOf('/');
    if (slash > 0) this.directory(path.slice(0, slash));
    this.#kinds.set(path, kind);
  }

  #create(path: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      throw this.#explained(path, error);
    }
  }

  /** The file system may hold two of our names for one, where it ignores case or Unicode normalisation. */
  #explained(path: string, error: unknown): unknown {
    return errnoOf(error) === 'EEXIST' ? this.#collision(path) : error;
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
}
