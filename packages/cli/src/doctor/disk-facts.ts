import { lstatSync, readlinkSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { TreeEntry } from '@block-pack/core';
import { count } from '../byte-size.ts';
import { type Finding, finding } from './finding.ts';

/** What only the disk tells of packed files, and no block holds: modes, and links as they are written. */
export function diskFacts(
  root: string,
  entries: readonly TreeEntry[],
  isPacked: (path: string) => boolean,
): Finding[] {
  // Windows has neither.
  if (process.platform === 'win32') return [];
  const files = entries.filter(({ kind, path }) => kind === 'file' && isPacked(path));
  return [...allExecutable(entries), ...modes(root, files), ...absoluteLinks(root, entries)];
}

/** So many that nobody has meant it. */
const filesAtLeast = 10;

function allExecutable(entries: readonly TreeEntry[]): Finding[] {
  const files = entries.filter((entry) => entry.kind === 'file');
  if (files.length < filesAtLeast || files.some(({ executable }) => !executable)) return [];
  return [finding('ALL_EXECUTABLE', '.', `all of ${count(files.length, 'file')} are executable`)];
}

function modes(root: string, files: readonly TreeEntry[]): Finding[] {
  const numbers = new Map<string, number>();
  for (const { path } of files) {
    const mode = (lstatSync(join(root, path)).mode & 0o7777).toString(8);
    if (mode !== '644' && mode !== '755') numbers.set(mode, (numbers.get(mode) ?? 0) + 1);
  }
  return [...numbers]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([mode, number]) => finding('MODES_SET', '.', `${count(number, 'file')} with mode ${mode}`));
}

function absoluteLinks(root: string, entries: readonly TreeEntry[]): Finding[] {
  return entries.flatMap((entry) => {
    if (entry.kind !== 'symlink' || isAbsolute(entry.target)) return [];
    const target = readlinkSync(join(root, entry.path));
    return isAbsolute(target) ? [finding('LINK_ABSOLUTE', entry.path, `leads to ${target}`)] : [];
  });
}
