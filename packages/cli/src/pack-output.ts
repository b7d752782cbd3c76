import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { BlockPackError, looksLikeImportManifest, manifestPlace } from '@block-pack/core';
import type { CommandContext } from './command.ts';

/**
 * The absolute path of the import manifest that a pack writes: as told, or `block-pack/<packer>.import` beside the input. Undefined for `-`.
 * @throws USAGE
 */
export function outputFile(
  output: string | undefined,
  input: string,
  ecosystem: string,
  { directory }: CommandContext,
): string | undefined {
  if (output === '-') return undefined;
  if (output === '') throw new BlockPackError('USAGE', 'The output has no name');
  if (output !== undefined) return resolve(directory, output);
  return join(dirname(resolve(directory, input)), manifestPlace(ecosystem));
}

/** True for the directory that the user works in, and those above it: what lies beside them is not the user's affair. */
export function holdsWorkingDirectory(input: string, { directory }: CommandContext): boolean {
  return isWithin(realPathOf(resolve(directory, input)), realPathOf(directory));
}

/**
 * A manifest replaces manifests only, and never becomes a part of what it describes.
 * @param inputs real paths
 * @param isLeftOut true for a file of an input that is never packed
 * @throws USAGE, OUTPUT_REFUSED
 */
export function checkOutput(
  output: string,
  inputs: readonly string[],
  isLeftOut: (path: string) => boolean,
  store: string,
): void {
  checkOutputOutside(output, inputs, isLeftOut);
  if (isWithin(realPathOf(store), realPathOf(output))) {
    throw new BlockPackError('USAGE', `The output ${output} lies inside the store`, {
      hint: 'Choose another file with -o.',
      details: { output, store },
    });
  }
  if (isReplaceable(output)) return;
  throw new BlockPackError(
    'OUTPUT_REFUSED',
    `${output} exists and is no import manifest, so it is not replaced`,
    {
      hint: 'Choose another file with -o, or remove this one.',
      details: { output },
    },
  );
}

/**
 * @param inputs real paths
 * @param isLeftOut true for a file of an input that is never packed
 * @throws USAGE
 */
export function checkOutputOutside(
  output: string,
  inputs: readonly string[],
  isLeftOut: (path: string) => boolean = () => false,
): void {
  const real = realPathOf(output);
  const inside = inputs.find((input) => isWithin(input, real));
  if (inside === undefined || isLeftOut(real)) return;
  throw new BlockPackError('USAGE', `The output ${output} is, or lies inside, the input ${inside}`, {
    hint: 'Choose another place with -o: the next pack would find the output among what it packs.',
    details: { output, input: inside },
  });
}

/** Nothing, an import manifest, an empty file, or something that keeps nothing, such as /dev/null. */
function isReplaceable(path: string): boolean {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) return !stats.isDirectory();
    return stats.size === 0 || looksLikeImportManifest(beginningOf(path));
  } catch {
    // It is not there, or cannot be looked at: writing tells which.
    return true;
  }
}

function beginningOf(path: string): string {
  const bytes = Buffer.alloc(64);
  const file = openSync(path, 'r');
  try {
    return bytes.toString('utf8', 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

function isWithin(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}

/** With links followed as far as the path exists. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPathOf(parent), basename(path));
  }
}

/** A path as the user would write it from where they are. */
export function shownPath(file: string, { directory }: CommandContext): string {
  const path = relative(directory, file);
  return path.startsWith('..') ? file : path;
}
