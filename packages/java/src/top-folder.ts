import type { InputDirectory, TreeEntry } from '@block-pack/core';
import { movedEntry } from '@block-pack/core';

/**
 * Distribution archives hold one folder that carries the version; unpacked by hand, that folder is what the user points at.
 * A directory is taken as it is, unless the folder in it is a distribution.
 */
export function stripTopFolder(input: InputDirectory, entries: readonly TreeEntry[]): readonly TreeEntry[] {
  const top = onlyFolder(entries);
  if (top === undefined) return entries;
  const inside = entries.map((entry) => movedEntry(entry, entry.path.slice(top.length + 1)));
  const isDistribution =
    inside.some(({ path }) => path.startsWith('bin/')) &&
    inside.some(({ path }) => /^libs?\/.*\.jar$/i.test(path));
  return isDistribution || isDistributionArchive(input) ? inside : entries;
}

function onlyFolder(entries: readonly TreeEntry[]): string | undefined {
  const top = entries[0]?.path.split('/')[0];
  return top !== undefined && entries.every(({ path }) => path.startsWith(`${top}/`)) ? top : undefined;
}

function isDistributionArchive({ name }: InputDirectory): boolean {
  return /\.(zip|tar|tgz|tar\.[a-z0-9]+)$/i.test(name);
}
