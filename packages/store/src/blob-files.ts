import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { blobMissing, type Digest, digestHex } from '@block-pack/core';
import { errnoOf } from './disk-error.ts';
import type { StoreLayout } from './layout.ts';

/** Directories in `drafts/` that hold what a running gc is about to remove, under the blobs' own names. */
export const trashPrefix = 'gc-';

/**
 * Sets a blob's last use to now and says whether it is there: one step, so that nothing can come between the two.
 * A blob that cannot be marked, since it is another user's, counts as absent: whoever writes it again owns the new one.
 */
export function freshen(path: string): boolean {
  const now = new Date();
  try {
    utimesSync(path, now, now);
    return true;
  } catch (error) {
    if (['ENOENT', 'EPERM', 'EACCES'].includes(errnoOf(error) ?? '')) return false;
    throw error;
  }
}

/** Whether there is such a file, of that size where one is given. */
export function hasFile(path: string, size?: number): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && (size === undefined || stats.size === size);
}

export interface OpenBlob {
  readonly file: number;
  readonly size: number;
}

/** @throws BLOB_MISSING */
export function openBlob(layout: StoreLayout, digest: Digest): OpenBlob {
  const file = tryOpen(layout.blob(digest)) ?? openTrash(layout, digest) ?? tryOpen(layout.blob(digest));
  if (file === undefined) throw blobMissing(digest, `the store ${layout.directory}`);
  return { file, size: fstatSync(file).size };
}

/** A gc moves a blob before it looks at it for the last time: it may be put back, so for a reader it is still there. */
function openTrash(layout: StoreLayout, digest: Digest): number | undefined {
  for (const trash of trashDirectories(layout)) {
    const file = tryOpen(join(trash, digestHex(digest)));
    if (file !== undefined) return file;
  }
  return undefined;
}

/** Undefined where there is no such file. Nothing is waited for, should it be a pipe. */
export function tryOpen(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export function trashDirectories(layout: StoreLayout): string[] {
  return names(layout.drafts)
    .filter((name) => name.startsWith(trashPrefix))
    .map((name) => join(layout.drafts, name));
}

/** Gives a blob in the trash its place again, freshened, so that it may replace one written meanwhile. False when it is gone. */
export function putBack(layout: StoreLayout, trash: string, hex: string): boolean {
  const path = join(trash, hex);
  if (!freshen(path)) return false;
  try {
    renameSync(path, join(layout.blobs, hex));
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** The names in a directory; none where there is no such directory. */
export function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

export function closeBlob(blob: OpenBlob): void {
  closeSync(blob.file);
}
