import { fstatSync, lstatSync, rmSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import {
  type BlobSource,
  BlockPackError,
  checkSignal,
  compareBytewise,
  type Digest,
  isDigest,
  Measure,
} from '@block-pack/core';
import { closeBlob, names, openBlob, putBack, trashDirectories } from './blob-files.ts';
import { errnoOf } from './disk-error.ts';
import { fileBytes } from './file-bytes.ts';
import { indexMediaType, readIndex, type StoreIndex } from './index-file.ts';
import type { StoreLayout } from './layout.ts';
import { findReferences } from './references.ts';
import { giveTurn } from './turn.ts';

/** How far a verification is. */
export interface VerifyProgress {
  readonly blobs: number;
  readonly totalBlobs: number;
  readonly bytes: number;
  readonly totalBytes: number;
}

/** How a store is verified. */
export interface VerifyOptions {
  onProgress?(progress: VerifyProgress): void;
  /** Takes damaged blobs away, so that the next pack writes them again. */
  readonly remove?: boolean;
  readonly signal?: AbortSignal;
}

/** Something that is not as it should be. */
export type Damage =
  /** The bytes are not the ones that the name says. */
  | {
      readonly kind: 'content';
      readonly digest: Digest;
      readonly seen: Digest;
      readonly tags: readonly string[];
      readonly removed: boolean;
    }
  /** The bytes are right, but descriptors say that there are more or fewer. */
  | {
      readonly kind: 'size';
      readonly digest: Digest;
      readonly size: number;
      readonly expected: readonly number[];
      readonly tags: readonly string[];
    }
  /** A tag leads to it, and it is not there. */
  | { readonly kind: 'missing'; readonly digest: Digest; readonly tags: readonly string[] }
  /** It is there, but nobody can say what it leads to. */
  | {
      readonly kind: 'manifest';
      readonly digest: Digest;
      readonly reason: string;
      readonly tags: readonly string[];
    }
  /** A blob that the disk does not give, or something else than a file under a blob's name. */
  | {
      readonly kind: 'unreadable';
      readonly digest: Digest;
      readonly reason: string;
      readonly tags: readonly string[];
      readonly removed: boolean;
    }
  /** Something among the blobs that has no blob's name. */
  | { readonly kind: 'foreign'; readonly path: string }
  /** The index itself; without it no tag is known. */
  | { readonly kind: 'index'; readonly reason: string };

/** What was read, and all that is wrong. */
export interface VerifyReport {
  readonly blobs: number;
  /** Bytes read. */
  readonly bytes: number;
  readonly damages: readonly Damage[];
}

/** Rehashes every blob and follows every tag. @throws INTERRUPTED */
export async function verifyStore(
  layout: StoreLayout,
  source: BlobSource,
  options: VerifyOptions,
): Promise<VerifyReport> {
  for (const trash of trashDirectories(layout)) for (const hex of names(trash)) putBack(layout, trash, hex);
  const { index, damages } = readIndexOrDamage(layout);
  const { needed, unreadable } = await findReferences(source, index, options.signal);
  const tagsOf = (digest: Digest): string[] => [...(needed.get(digest)?.tags ?? [])].sort(compareBytewise);

  const { listed, foreign } = await listBlobs(layout, options.signal);
  for (const path of foreign) damages.push({ kind: 'foreign', path });
  const totalBytes = listed.reduce((sum, one) => sum + one.stats.size, 0);
  let bytes = 0;
  const bad = new Set<Digest>();
  for (const [at, { digest, stats }] of listed.entries()) {
    checkSignal(options.signal);
    await giveTurn();
    const flaw = await checkBlob(layout, digest, stats, options);
    const expected = [...(needed.get(digest)?.sizes ?? [])].filter((size) => size !== stats.size);
    if (flaw !== undefined) {
      bad.add(digest);
      damages.push({ ...flaw, digest, tags: tagsOf(digest) });
    } else if (expected.length > 0) {
      damages.push({ kind: 'size', digest, size: stats.size, expected, tags: tagsOf(digest) });
    }
    bytes += stats.size;
    options.onProgress?.({ blobs: at + 1, totalBlobs: listed.length, bytes, totalBytes });
  }

  const present = new Set(listed.map((one) => one.digest));
  for (const { digest, optional } of needed.values()) {
    await giveTurn();
    if (!optional && !present.has(digest)) damages.push({ kind: 'missing', digest, tags: tagsOf(digest) });
  }
  for (const { digest, reason } of unreadable) {
    if (!bad.has(digest)) damages.push({ kind: 'manifest', digest, reason, tags: tagsOf(digest) });
  }
  return { blobs: listed.length, bytes, damages };
}

function readIndexOrDamage(layout: StoreLayout): { index: StoreIndex; damages: Damage[] } {
  try {
    return { index: readIndex(layout), damages: [] };
  } catch (error) {
    if (!(error instanceof BlockPackError) || error.code !== 'STORE_INVALID') throw error;
    const index = { schemaVersion: 2 as const, mediaType: indexMediaType, manifests: [] };
    // The way out belongs to it: the wrong one, a new index and then a gc, would cost every blob.
    return { index, damages: [{ kind: 'index', reason: `${error.message}. ${error.hint}` }] };
  }
}

interface Listed {
  readonly digest: Digest;
  readonly stats: Stats;
}

async function listBlobs(
  layout: StoreLayout,
  signal: AbortSignal | undefined,
): Promise<{ listed: Listed[]; foreign: string[] }> {
  const listed: Listed[] = [];
  const foreign: string[] = [];
  for (const hex of names(layout.blobs).sort()) {
    checkSignal(signal);
    await giveTurn();
    const path = join(layout.blobs, hex);
    const digest = `sha256:${hex}`;
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) continue;
    if (isDigest(digest)) listed.push({ digest, stats });
    else foreign.push(path);
  }
  return { listed, foreign };
}

type Flaw =
  | { readonly kind: 'content'; readonly seen: Digest; readonly removed: boolean }
  | { readonly kind: 'unreadable'; readonly reason: string; readonly removed: boolean };

async function checkBlob(
  layout: StoreLayout,
  digest: Digest,
  stats: Stats,
  options: VerifyOptions,
): Promise<Flaw | undefined> {
  const remove = options.remove ?? false;
  const path = layout.blob(digest);
  if (!stats.isFile()) {
    return { kind: 'unreadable', reason: 'It is not a file', removed: remove && removeSame(path, stats.ino) };
  }
  try {
    const { seen, ino } = await rehash(layout, digest, options.signal);
    if (seen === digest) return undefined;
    return { kind: 'content', seen, removed: remove && removeSame(path, ino) };
  } catch (error) {
    const errno = errnoOf(error);
    // Collected meanwhile; where something needs it, it is named as missing.
    if (error instanceof BlockPackError && error.code === 'BLOB_MISSING') return undefined;
    if (errno === undefined) throw error;
    return {
      kind: 'unreadable',
      reason: `Reading failed: ${errno}`,
      removed: remove && removeSame(path, stats.ino),
    };
  }
}

async function rehash(
  layout: StoreLayout,
  digest: Digest,
  signal: AbortSignal | undefined,
): Promise<{ seen: Digest; ino: number }> {
  const blob = openBlob(layout, digest);
  try {
    const measure = new Measure();
    for await (const chunk of fileBytes(blob.file, 0, blob.size)) {
      checkSignal(signal);
      measure.add(chunk);
    }
    return { seen: measure.digest(), ino: fstatSync(blob.file).ino };
  } finally {
    closeBlob(blob);
  }
}

/** Removes the very file that was looked at, not one that somebody wrote under its name since. */
function removeSame(path: string, ino: number): boolean {
  if (lstatSync(path, { throwIfNoEntry: false })?.ino !== ino) return false;
  rmSync(path, { recursive: true, force: true });
  return true;
}
