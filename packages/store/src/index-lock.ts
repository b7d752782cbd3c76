import { randomUUID } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BlockPackError } from '@block-pack/core';
import { errnoOf } from './disk-error.ts';
import { fsyncLater, syncDirectory } from './draft.ts';
import { indexText, readIndex, type StoreIndex } from './index-file.ts';
import type { StoreLayout } from './layout.ts';

/** Milliseconds between two signs of life of an owner whose disk is slow. */
const heartbeat = 300;
/** Milliseconds without a sign of life after which the owner is taken for dead. */
const staleAfter = 2_000;
/** Milliseconds that anybody waits for the lock. */
const patience = 60_000;

/**
 * Reads the index, changes it and writes it back, as if nobody else did.
 *
 * The lock is the directory `index.lock`; who holds it has the only file in there, under a name nobody else ever uses, and that file *is* the
 * next index.
 * - Taking the lock: a directory that holds such a file is renamed to `index.lock`. The system refuses while the one there is not empty.
 * - Giving it back: the file is renamed to `index.json`, which publishes and unlocks in one step. A process killed before has changed nothing.
 * - Breaking the lock of a dead owner: its file is removed by its name. So nobody can remove another's by mistake, however many try at
 *   once; and an owner that was only asleep finds its file gone when it wants to rename it, and begins again. Time decides only how long the
 *   others wait, never whether an update is lost.
 *
 * @param change returns the index it was given where nothing is to be done
 */
export async function updateIndex(
  layout: StoreLayout,
  change: (index: StoreIndex) => StoreIndex,
): Promise<void> {
  const until = performance.now() + patience;
  while (performance.now() < until) {
    const claim = await takeLock(layout, until);
    try {
      const before = readIndex(layout);
      const after = change(before);
      if (after === before) return;
      if (await publish(claim, indexText(layout, after), layout.index))
        return syncDirectory(layout.directory);
    } finally {
      rmSync(claim, { force: true });
    }
  }
  throw busy(layout);
}

/** False when the claim was broken meanwhile. */
async function publish(claim: string, text: string, index: string): Promise<boolean> {
  const beating = setInterval(() => touch(claim), heartbeat);
  try {
    await writeClaim(claim, text);
    renameSync(claim, index);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  } finally {
    clearInterval(beating);
  }
}

async function writeClaim(claim: string, text: string): Promise<void> {
  // Not a mode that would make the file again: it would then stand in the lock of somebody else.
  const file = openSync(claim, 'r+');
  try {
    writeFileSync(file, text);
    await fsyncLater(file);
  } finally {
    closeSync(file);
  }
}

function touch(claim: string): void {
  try {
    utimesSync(claim, new Date(), new Date());
  } catch {
    // Broken: the rename tells.
  }
}

/** The path of our claim, which is in the lock now. */
async function takeLock(layout: StoreLayout, until: number): Promise<string> {
  const name = randomUUID();
  const own = join(layout.drafts, name);
  mkdirSync(own);
  try {
    while (performance.now() < until) {
      refresh(join(own, name));
      if (renameOntoEmpty(own, layout.indexLock)) return join(layout.indexLock, name);
      breakStaleClaim(layout);
      await sleep(1 + Math.random() * 9);
    }
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    throw error;
  }
  rmSync(own, { recursive: true, force: true });
  throw busy(layout);
}

function refresh(claim: string): void {
  closeSync(openSync(claim, 'a', 0o644));
  utimesSync(claim, new Date(), new Date());
}

function renameOntoEmpty(from: string, to: string): boolean {
  try {
    // Only Windows needs this: it does not rename a directory onto another one.
    if (process.platform === 'win32') rmdirSync(to);
  } catch {
    // Not there, or not empty: the rename says which.
  }
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (taken.has(errnoOf(error) ?? '') && !isFile(to)) return false;
    throw error;
  }
}

/** How the system says that the directory is not empty; Windows has other words for it. */
const taken = new Set(process.platform === 'win32' ? ['EEXIST', 'EPERM', 'EACCES'] : ['ENOTEMPTY', 'EEXIST']);

/** False also for a lock that was taken away when its owner was done. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
}

function breakStaleClaim(layout: StoreLayout): void {
  try {
    for (const name of readdirSync(layout.indexLock)) {
      const claim = join(layout.indexLock, name);
      if (statSync(claim).mtimeMs < Date.now() - staleAfter) unlinkSync(claim);
    }
  } catch (error) {
    // Its owner was quicker.
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

function busy(layout: StoreLayout): BlockPackError {
  return new BlockPackError(
    'STORE_UNUSABLE',
    `${layout.index} is being written by another process for more than ${patience / 1000} s`,
    { hint: `If there is none, remove ${layout.indexLock}.`, details: { path: layout.indexLock } },
  );
}
