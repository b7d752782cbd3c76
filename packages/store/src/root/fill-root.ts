import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
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
  BlockPackError,
  type Bytes,
  canonicalTime,
  checkSignal,
  type Digest,
  type ImagePath,
} from '@block-pack/core';
import { BlobPlacing, type PlacedBy, type PlaceMethod } from '../blob-placing.ts';
import { errnoOf } from '../disk-error.ts';
import type { BlobFiles } from '../resolve.ts';
import { giveTurn } from '../turn.ts';
import type { LayerAttributes, LayerSymlink } from './layer-entry.ts';
import type { PlannedFile } from './root-plan.ts';
import type { RootDirectory } from './root-view.ts';

/** What was made of a root file system's layers. */
export interface FilledRoot {
  /** Hard links of one file are one. */
  readonly files: number;
  /** Symbolic ones. */
  readonly links: number;
  readonly directories: number;
  readonly bytes: number;
  /** Files and directories whose set-user-id or set-group-id bits were left out, together with their owners. */
  readonly setIds: number;
  /** Files and directories whose extended attributes were left out. */
  readonly xattrs: number;
}

/** How a root file system is filled. */
export interface RootFillerOptions {
  readonly method: PlaceMethod;
  /** Whether owners, and the bits that go with them, are set: only root may. */
  readonly owners: boolean;
  readonly signal?: AbortSignal;
}

/** Bits that mean something only together with an owner. */
const setIdBits = 0o6000;

/**
 * Makes the things of a root file system in an empty directory. Every path comes from a {@link RootView}, so what is above it is a directory that was
 * made here, and no link is ever gone through.
 */
export class RootFiller {
  #root = '';
  readonly #owners: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #blobs: BlobPlacing;
  readonly #made = { files: 0, links: 0, directories: 0, bytes: 0, setIds: 0, xattrs: 0 };

  constructor(source: BlobFiles, { method, owners, signal }: RootFillerOptions) {
    this.#owners = owners;
    this.#signal = signal;
    this.#blobs = new BlobPlacing(source, method, signal);
  }

  get made(): FilledRoot {
    return this.#made;
  }

  /** How blobs came; see {@link blob}. */
  get method(): PlacedBy {
    return this.#blobs.came;
  }

  /**
   * Closed to all others while it is being filled; see {@link finish}.
   * @param root where they are made; it must not be there yet
   */
  async makeDirectories(root: string, directories: readonly RootDirectory[]): Promise<void> {
    this.#root = root;
    for (const { path } of directories) {
      await this.#pause();
      this.#create(path, (place) => mkdirSync(place, 0o700));
      this.#made.directories++;
    }
  }

  async file({ file, paths: [path, ...others] }: PlannedFile, content: Bytes): Promise<void> {
    if (path === undefined) return;
    const open = this.#create(path, (place) => openSync(place, 'wx', 0o600));
    try {
      for await (const chunk of content) {
        await this.#pause();
        for (let at = 0; at < chunk.length; ) at += writeSync(open, chunk, at);
        this.#made.bytes += chunk.length;
      }
      this.#own(file, () => fchownSync(open, file.uid, file.gid));
      // Behind the owner, whose change takes these bits away.
      fchmodSync(open, this.#mode(file));
      futimesSync(open, time(file), time(file));
    } finally {
      closeSync(open);
    }
    this.#finishFile(path, others);
  }

  /** A file that is a whole block: it can be cloned or linked. A block belongs to root, as what root makes does. */
  async blob({ file, paths: [path, ...others] }: PlannedFile, digest: Digest): Promise<void> {
    if (path === undefined) return;
    await this.#pause();
    try {
      const executable = (file.mode & 0o111) !== 0;
      this.#made.bytes += await this.#blobs.place(this.#at(path), digest, executable);
    } catch (error) {
      throw explained(path, error);
    }
    this.#finishFile(path, others);
  }

  #finishFile(path: ImagePath, others: readonly ImagePath[]): void {
    for (const other of others) this.#hardLink(path, other);
    this.#made.files++;
  }

  /** A file system without hard links gets copies. */
  #hardLink(path: ImagePath, other: ImagePath): void {
    const from = this.#at(path);
    this.#create(other, (place) => {
      try {
        linkSync(from, place);
      } catch (error) {
        if (!cannotLink.has(errnoOf(error) ?? '')) throw error;
        copyFileSync(from, place);
      }
    });
  }

  async links(links: readonly LayerSymlink[]): Promise<void> {
    for (const link of links) {
      await this.#pause();
      this.#create(link.path, (place) => symlinkSync(link.target, place));
      const place = this.#at(link.path);
      this.#own(link, () => lchownSync(place, link.uid, link.gid));
      lutimesSync(place, time(link), time(link));
      this.#made.links++;
    }
  }

  /** Gives the directories owners, modes and times, the deepest first: what lies inside has changed the times, and a mode may lock us out. */
  async finish(directories: readonly RootDirectory[]): Promise<void> {
    for (const directory of [...directories].reverse()) {
      await this.#pause();
      const place = this.#at(directory.path);
      utimesSync(place, time(directory), time(directory));
      this.#own(directory, () => chownSync(place, directory.uid, directory.gid));
      chmodSync(place, this.#mode(directory));
    }
  }

  /** In a user namespace even root may lack owners; on some file systems there are none at all. */
  #own({ path, uid, gid }: LayerAttributes, set: () => void): void {
    if (!this.#owners) return;
    try {
      set();
    } catch (cause) {
      if (!['EINVAL', 'EPERM'].includes(errnoOf(cause) ?? '')) throw cause;
      throw new BlockPackError('OUTPUT_REFUSED', `${path} cannot be given its owner ${uid}:${gid} here`, {
        hint: 'With --rootless everything belongs to you.',
        details: { path, uid, gid },
        cause,
      });
    }
  }

  #mode({ mode, xattrs }: LayerAttributes): number {
    if (xattrs.length > 0) this.#made.xattrs++;
    if (this.#owners || (mode & setIdBits) === 0) return mode;
    this.#made.setIds++;
    return mode & ~setIdBits;
  }

  #create<T>(path: ImagePath, action: (place: string) => T): T {
    try {
      return action(this.#at(path));
    } catch (error) {
      throw explained(path, error);
    }
  }

  #at(path: ImagePath): string {
    return join(this.#root, path);
  }

  async #pause(): Promise<void> {
    checkSignal(this.#signal);
    await giveTurn();
  }
}

/** The file system may hold two names for one, where it ignores case or Unicode normalisation. */
function explained(path: ImagePath, error: unknown): unknown {
  if (errnoOf(error) !== 'EEXIST') return error;
  return new BlockPackError(
    'OUTPUT_REFUSED',
    `The image has two files that are one on this file system: ${JSON.stringify(path)}`,
    {
      hint: 'Choose a target on a file system that tells upper from lower case, and does not change names.',
      details: { path },
      cause: error,
    },
  );
}

const cannotLink = new Set(['EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** Seconds that every file system takes: 1901 to 2242. */
const earliest = -(2 ** 31);
const latest = 2 ** 33;

function time({ mtime, index }: { readonly mtime: number; readonly index?: number }): number {
  // A directory that no layer names has no time of its own.
  if (index !== undefined && index < 0) return canonicalTime;
  return Math.min(latest, Math.max(earliest, mtime));
}
