import { compareBytewise } from '@block-pack/core';
import type { InnerEntry } from '../contents/block-facts.ts';

/** What changed inside a package: a jar's entries, a tree's files. */
export interface InsideDifference {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly unchanged: number;
  /** All of the first three, those of most bytes first. */
  readonly entries: readonly EntryChange[];
}

export interface EntryChange {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Bytes, unpacked, as it is now; of a removed one as it was. */
  readonly size: number;
}

export function insideDifference(
  before: readonly InnerEntry[],
  after: readonly InnerEntry[],
): InsideDifference {
  const old = new Map(before.map((entry) => [entry.path, entry]));
  const current = new Set(after.map(({ path }) => path));
  const entries: EntryChange[] = [];
  let unchanged = 0;
  for (const { path, size, mark } of after) {
    const earlier = old.get(path);
    if (earlier?.mark === mark && earlier.size === size) unchanged++;
    else entries.push({ path, size, change: earlier === undefined ? 'added' : 'changed' });
  }
  for (const { path, size } of old.values())
    if (!current.has(path)) entries.push({ path, size, change: 'removed' });
  const number = (change: EntryChange['change']) => entries.filter((entry) => entry.change === change).length;
  return {
    added: number('added'),
    removed: number('removed'),
    changed: number('changed'),
    unchanged,
    entries: entries.sort((a, b) => b.size - a.size || compareBytewise(a.path, b.path)),
  };
}
