import { randomUUID } from 'node:crypto';
import { lstatSync, mkdirSync, renameSync, rmdirSync, rmSync, type Stats, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type BlobSource, checkSignal, type Digest, isDigest } from '@block-pack/core';
import { hasFile, names, putBack, trashDirectories, trashPrefix } from './blob-files.ts';
import { errnoOf } from './disk-error.ts';
import { readIndex } from './index-file.ts';
import type { StoreLayout } from './layout.ts';
import { oldestLease } from './lease.ts';
import { findReferences, type References } from './references.ts';
import { giveTurn } from './turn.ts';

/** What is kept. */
export interface GcOptions {
  /** Milliseconds that a blob is kept after its last use, though no tag leads to it. */
  readonly keepMs: number;
  /** Says what would be removed, and removes nothing. */
  readonly dryRun?: boolean;
  /** Stops it; what is not removed by then stays. */
  readonly signal?: AbortSignal;
  /** Milliseconds since 1970; for tests. */
  readonly now?: number;
}

/** How many things, and how large they are together. */
export interface Amount {
  readonly count: number;
  readonly bytes: number;
}

/** What a collection did, and what it found amiss. */
export interface GcReport {
  readonly kept: Amount;
  readonly removed: Amount;
  /** What killed runs and unused memories left behind. */
  readonly leftovers: Amount;
  /** Blobs that tags lead to and that are not there. */
  readonly missing: readonly { readonly digest: Digest; readonly tags: readonly string[] }[];
  /** Manifests that could not be looked into; what only they lead to may have been removed. */
  readonly unreadable: References['unreadable'];
}

/** Milliseconds by which a file system's clock and its grain may differ from ours; FAT counts in steps of two seconds. */
const grain = 2_000;
const hour = 3_600_000;
const memoryLife = 90 * 24 * hour;

/**
 * Why no running pack loses a blob, though nobody waits for anybody:
 * 1. A pack holds a lease, and after it began it writes or freshens every blob it counts on, before it tags them.
 * 2. We take the time, then read the leases, then the index, in this order. A pack whose lease ended before we read the leases has tagged
 *    before we read the index: its blobs are marked. A pack whose lease we see began before it used anything: the cutoff lies before its
 *    beginning. A pack whose lease we do not see yet uses everything after our time was taken: the cutoff lies before that, too.
 *    So what a pack needs is marked, or its last use lies behind the cutoff, or comes to lie behind it while we work.
 * 3. The last case is closed by moving first and looking afterwards. Once a blob is moved, freshening it by its name fails, and the pack
 *    writes it again. If it was freshened before, we see that on the moved file, and put it back. Readers look into the trash as well.
 * 4. Each gc has a trash of its own; what a killed one left there is put back by the next.
 */
export async function collectGarbage(
  layout: StoreLayout,
  source: BlobSource,
  options: GcOptions,
): Promise<GcReport> {
  const now = options.now ?? Date.now();
  const { dryRun = false, signal } = options;
  const cutoff = Math.min(now - options.keepMs, oldestLease(layout, now, !dryRun)) - grain;
  if (!dryRun) emptyTrash(layout);
  const { needed, unreadable } = await findReferences(source, readIndex(layout), signal);
  const swept = await sweep(layout, (digest) => needed.has(digest), cutoff, { dryRun, signal });
  const old = findLeftovers(layout, Math.min(cutoff, now - hour), now - memoryLife);
  const leftovers = await removeLeftovers(old, { dryRun, signal });
  return { ...swept, leftovers, missing: await findMissing(layout, needed), unreadable };
}

async function findMissing(layout: StoreLayout, needed: References['needed']): Promise<GcReport['missing']> {
  const missing: { digest: Digest; tags: string[] }[] = [];
  for (const { digest, optional, tags } of needed.values()) {
    await giveTurn();
    if (!optional && !hasFile(layout.blob(digest))) missing.push({ digest, tags: [...tags] });
  }
  return missing;
}

/** Safe while another gc is at work there: what it wants to remove then is back, and it finds nothing to remove. */
function emptyTrash(layout: StoreLayout): void {
  for (const trash of trashDirectories(layout)) {
    for (const hex of names(trash)) putBack(layout, trash, hex);
    removeEmpty(trash);
  }
}

interface Deed {
  readonly dryRun: boolean;
  readonly signal: AbortSignal | undefined;
}

async function sweep(
  layout: StoreLayout,
  marked: (digest: Digest) => boolean,
  cutoff: number,
  { dryRun, signal }: Deed,
): Promise<{ kept: Amount; removed: Amount }> {
  const trash = join(layout.drafts, `${trashPrefix}${randomUUID()}`);
  const kept = { count: 0, bytes: 0 };
  const removed = { count: 0, bytes: 0 };
  if (!dryRun) mkdirSync(trash);
  try {
    for (const hex of names(layout.blobs)) {
      checkSignal(signal);
      await giveTurn();
      const digest = `sha256:${hex}`;
      const stats = statOf(join(layout.blobs, hex));
      // What has no blob's name is not ours to remove; verify names it.
      if (stats === undefined || !isDigest(digest) || !stats.isFile()) continue;
      const old = !marked(digest) && stats.mtimeMs < cutoff;
      const gone = old && (dryRun || removeUnlessUsed(layout, trash, hex, cutoff));
      add(gone ? removed : kept, stats);
    }
  } finally {
    if (!dryRun) removeEmpty(trash);
  }
  return { kept, removed };
}

function removeUnlessUsed(layout: StoreLayout, trash: string, hex: string, cutoff: number): boolean {
  const path = join(trash, hex);
  try {
    renameSync(join(layout.blobs, hex), path);
    if (lstatSync(path).mtimeMs < cutoff) {
      unlinkSync(path);
      return true;
    }
    putBack(layout, trash, hex);
    return false;
  } catch (error) {
    // Another gc has removed it, or put it back.
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function findLeftovers(layout: StoreLayout, draftCutoff: number, memoryCutoff: number): string[] {
  const old = (directory: string, cutoff: number) =>
    names(directory)
      .filter((name) => !name.startsWith(trashPrefix))
      .map((name) => join(directory, name))
      .filter((path) => (statOf(path)?.mtimeMs ?? cutoff) < cutoff);
  return [...old(layout.drafts, draftCutoff), ...old(layout.cache, memoryCutoff)];
}

async function removeLeftovers(paths: readonly string[], { dryRun, signal }: Deed): Promise<Amount> {
  const total = { count: 0, bytes: 0 };
  for (const path of paths) {
    total.count++;
    for (const file of filesAt(path)) {
      checkSignal(signal);
      await giveTurn();
      total.bytes += statOf(file)?.size ?? 0;
      if (!dryRun) rmSync(file, { recursive: true, force: true });
    }
    if (!dryRun) rmSync(path, { recursive: true, force: true });
  }
  return total;
}

/** A directory among the drafts holds files alone: an archive's entries, unpacked under numbers. */
function filesAt(path: string): string[] {
  return statOf(path)?.isDirectory() ? names(path).map((name) => join(path, name)) : [path];
}

function add(amount: { count: number; bytes: number }, stats: Stats): void {
  amount.count++;
  amount.bytes += stats.size;
}

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '')) throw error;
  }
}
