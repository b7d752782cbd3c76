import { chmodSync, constants, copyFileSync, lstatSync, mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { checkSignal, type TreeEntry } from '@block-pack/core';
import { diskError, makeDirectory } from '@block-pack/store';
import type { Surroundings } from './surroundings.ts';

/** An input that can be copied. */
export interface Original {
  /** A directory, or an archive. */
  readonly path: string;
  /** What of the directory is copied; undefined for an archive. */
  readonly entries: readonly TreeEntry[] | undefined;
}

/** Files between two looks at whether the work is wanted still. */
const atOnce = 100;

/**
 * Copies an input into a directory, by clones where the disk can. Modes and times are those of the surroundings.
 * @returns the copy's path, which ends with the original's name
 * @throws OUTPUT_REFUSED, DISK_FULL, INTERRUPTED
 */
export async function copyInput(
  { path, entries }: Original,
  directory: string,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<string> {
  const copy = join(directory, basename(path));
  try {
    makeDirectory(directory);
    if (entries === undefined) copyFile(path, copy, surroundings);
    else await copyTree(path, entries, copy, surroundings, signal);
    return copy;
  } catch (error) {
    throw diskError(error, 'OUTPUT_REFUSED', 'copy the input to', copy);
  }
}

async function copyTree(
  path: string,
  entries: readonly TreeEntry[],
  copy: string,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const made = new Set([dirname(copy)]);
  const makeLevels = (place: string) => {
    if (made.has(place)) return;
    makeLevels(dirname(place));
    // Where the copies lie, names may fall together that are two in the input: a link that stands there already would lead out.
    mkdirSync(place);
    made.add(place);
  };
  let left = atOnce;
  for (const entry of surroundings.reversed ? entries.toReversed() : entries) {
    if (--left === 0) {
      await setImmediate();
      left = atOnce;
    }
    checkSignal(signal);
    const place = join(copy, entry.path);
    makeLevels(entry.kind === 'directory' ? place : dirname(place));
    if (entry.kind === 'file') copyFile(join(path, entry.path), place, surroundings);
    if (entry.kind === 'symlink') symlinkSync(entry.target, place);
  }
}

function copyFile(from: string, to: string, { modes, time }: Surroundings): void {
  copyFileSync(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  chmodSync(to, (lstatSync(to).mode | 0o600) & modes);
  utimesSync(to, time / 1000, time / 1000);
}
