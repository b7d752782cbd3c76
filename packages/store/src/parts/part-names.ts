import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import { diskError, errnoOf } from '../disk-error.ts';
import { statsAt } from '../target-file.ts';

/** As many as three digits can name. */
export const mostParts = 999;

const form = /^(.+)\.(\d{3})$/s;

/** @param number from 1 on */
export function partPath(target: string, number: number): string {
  return `${target}.${String(number).padStart(3, '0')}`;
}

/** True for a name that a part would have, and a file that is whole should not. */
export function isPartName(path: string): boolean {
  return partOf(basename(path)) !== undefined;
}

/**
 * What a path means to somebody who has parts: one of them, the name that they share, or the directory that holds them and no others.
 * @returns the path that all parts share, without numbers; undefined where the path means no parts
 * @throws USAGE for a directory that holds parts of several files, INPUT_UNREADABLE
 */
export function partsTarget(path: string): string | undefined {
  if (isDirectory(path)) return onlyTarget(path);
  const target = join(dirname(path), partOf(basename(path))?.base ?? basename(path));
  const isWhole = target === path && statsAt(path, 'read') !== undefined;
  return !isWhole && partNumbers(target).length > 0 ? target : undefined;
}

/** The numbers of the parts that are there, in their order. @throws INPUT_UNREADABLE */
export function partNumbers(target: string): readonly number[] {
  return partsIn(dirname(target))
    .filter(({ base }) => base === basename(target))
    .map(({ number }) => number)
    .sort((one, other) => one - other);
}

function onlyTarget(directory: string): string | undefined {
  const bases = [...new Set(partsIn(directory).map(({ base }) => base))].sort();
  const [only] = bases;
  if (bases.length <= 1) return only === undefined ? undefined : join(directory, only);
  throw new BlockPackError('USAGE', `${directory} holds parts of more than one file: ${bases.join(', ')}`, {
    hint: 'Name the one that is meant, with or without the number of a part.',
    details: { path: directory, files: bases },
  });
}

interface Part {
  readonly base: string;
  readonly number: number;
}

function partOf(name: string): Part | undefined {
  const [, base, digits] = form.exec(name) ?? [];
  const number = Number(digits);
  return base === undefined || number === 0 ? undefined : { base, number };
}

function partsIn(directory: string): readonly Part[] {
  try {
    return readdirSync(directory)
      .map(partOf)
      .filter((one) => one !== undefined);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw diskError(error, 'INPUT_UNREADABLE', 'read', directory);
  }
}

function isDirectory(path: string): boolean {
  return statsAt(path, 'read')?.isDirectory() === true;
}
