import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errnoOf } from './disk-error.ts';

/**
 * Makes a directory, and those above it that lack; one that is there is left as it is. Level by level, since Node's own `recursive` tries for ever
 * where the file system says ENOENT below a directory that is there, as /proc does.
 * @returns the topmost directory that was made, if any
 * @throws what the file system says
 */
export function makeDirectory(path: string): string | undefined {
  const missing = missingLevels(resolve(path));
  return missing.filter(makeLevel)[0];
}

/** From the topmost down. */
function missingLevels(path: string): string[] {
  if (isDirectory(path)) return [];
  const levels = [path];
  for (let above = dirname(path); !isThere(above) && above !== levels[0]; above = dirname(above))
    levels.unshift(above);
  return levels;
}

/** False where another process was faster. */
function makeLevel(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' && isDirectory(path)) return false;
    throw error;
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
