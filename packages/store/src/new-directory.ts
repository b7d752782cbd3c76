import { readdirSync, realpathSync, rmdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import { diskError } from './disk-error.ts';
import { makeDirectory } from './make-directory.ts';
import { liesIn, realPlace } from './real-place.ts';
import { removeStaleDrafts, TargetDraft, targetNotEmpty } from './target-draft.ts';

/**
 * Where a directory that is new or empty is or will be.
 * @param stores where the blobs lie that it is made from: it must lie in none of them
 * @throws USAGE, TARGET_NOT_EMPTY, OUTPUT_REFUSED
 */
export function newDirectory(target: string, stores: readonly string[]): string {
  for (const store of stores) checkOutside(target, store);
  try {
    const stats = statSync(target, { throwIfNoEntry: false });
    if (stats === undefined) return resolve(target);
    if (stats.isDirectory() && readdirSync(target).length === 0) return realpathSync(target);
  } catch (error) {
    throw diskError(error, 'OUTPUT_REFUSED', 'write to', target);
  }
  throw targetNotEmpty(target);
}

/** @throws USAGE */
function checkOutside(target: string, store: string): void {
  if (!liesIn(realPlace(target), realPlace(store))) return;
  throw new BlockPackError('USAGE', `The target ${target} lies inside the store ${store}`, {
    hint: 'Name a new directory outside the store.',
    details: { path: target, store },
  });
}

/**
 * Fills a draft beside the directory and gives it the directory's name: all that `fill` makes is there at once, or nothing is.
 * @param place as {@link newDirectory} says it
 * @param fill makes the draft, whose path it is given, and fills it
 * @throws OUTPUT_REFUSED, DISK_FULL, TARGET_NOT_EMPTY, and what `fill` throws
 */
export async function fillDirectory<T>(place: string, fill: (draft: string) => Promise<T>): Promise<T> {
  const made = makeParent(place);
  removeStaleDrafts(dirname(place));
  const draft = new TargetDraft(place);
  try {
    const filled = await fill(draft.path);
    draft.publish();
    return filled;
  } catch (error) {
    draft.discard();
    if (made !== undefined) removeEmptyUpTo(dirname(place), made);
    throw diskError(error, 'OUTPUT_REFUSED', 'write to', place);
  }
}

/** The topmost directory that had to be made, if any. */
function makeParent(place: string): string | undefined {
  try {
    return makeDirectory(dirname(place));
  } catch (error) {
    throw diskError(error, 'OUTPUT_REFUSED', 'create', dirname(place));
  }
}

function removeEmptyUpTo(directory: string, topmost: string): void {
  try {
    for (let path = directory; path.startsWith(topmost); path = dirname(path)) rmdirSync(path);
  } catch {
    // Somebody else uses it by now.
  }
}
