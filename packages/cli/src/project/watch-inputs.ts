import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isManifestPlace } from '@block-pack/core';
import { isDraft } from '@block-pack/store';

/** Milliseconds without a change after which a build is taken to be done. */
const quiet = 300;

/** Installers renew files of their own in these whenever they change what lies below, and there are thousands of directories below. */
const notBelow = new Set(['node_modules', 'site-packages', '.git', '.hg', '.svn']);

/**
 * Waits until something in the inputs changes, and then until nothing does.
 * @param inputs absolute; one that is not there is waited for where it will be
 * @param own absolute paths that a run itself writes
 * @returns false when the signal ended the wait
 */
export async function untilChanged(
  inputs: readonly string[],
  own: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  let changedAt: number | undefined;
  const wake = new AbortController();
  const onChange = (path: string) => {
    const portable = path.split(sep).join('/');
    if (isManifestPlace(portable) || isDraft(portable) || own.some((one) => isWithin(one, path))) return;
    changedAt = performance.now();
    wake.abort();
  };
  const watchers = [...new Set(inputs.flatMap(directoriesOf))].flatMap((one) => watched(one, onChange));
  try {
    await rest(2 ** 31 - 1, AbortSignal.any([wake.signal, signal]));
    while (!signal.aborted && changedAt !== undefined && performance.now() - changedAt < quiet)
      await rest(quiet, signal);
    return !signal.aborted;
  } finally {
    for (const watcher of watchers) watcher.close();
  }
}

async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}

/** One that goes away meanwhile is a change; its parent tells. */
function watched(directory: string, onChange: (path: string) => void): FSWatcher[] {
  try {
    const watcher = watch(directory, (_, name) => onChange(join(directory, name ?? '')));
    watcher.on('error', () => onChange(directory));
    return [watcher];
  } catch {
    return [];
  }
}

/** Where changes of an input show: in its directories, and in the one that it lies in, as builds remove it and make it anew. */
function directoriesOf(input: string): readonly string[] {
  const parent = dirname(input);
  const stats = statSync(input, { throwIfNoEntry: false });
  if (stats === undefined) return parent === input ? [] : directoriesAbove(parent);
  return stats.isDirectory() ? [parent, ...directoriesIn(input)] : [parent];
}

function directoriesAbove(path: string): readonly string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return [path];
  return dirname(path) === path ? [] : directoriesAbove(dirname(path));
}

function directoriesIn(directory: string): readonly string[] {
  const name = directory.slice(directory.lastIndexOf(sep) + 1);
  if (notBelow.has(name)) return [directory];
  const inner = entriesOf(directory).filter((entry) => entry.isDirectory());
  return [directory, ...inner.flatMap((entry) => directoriesIn(resolve(directory, entry.name)))];
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

function isWithin(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory + sep);
}
