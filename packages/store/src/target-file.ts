import { accessSync, constants, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import { diskError, errnoOf } from './disk-error.ts';

/**
 * What is at a path that a user gave, behind links; undefined where nothing is.
 * @throws INPUT_UNREADABLE, or OUTPUT_REFUSED for what is to be written, where the path cannot be followed: it goes on below a file, or links lead in a circle
 */
export function statsAt(path: string, deed: 'read' | 'write'): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw diskError(error, deed === 'read' ? 'INPUT_UNREADABLE' : 'OUTPUT_REFUSED', deed, path);
  }
}

/**
 * The file that is replaced when a path is written: links are followed. Undefined for a pipe or a device, such as /dev/stdout, of which there is nothing to replace.
 * @throws OUTPUT_REFUSED
 */
export function targetFile(path: string): string | undefined {
  const stats = statsAt(path, 'write');
  if (stats?.isDirectory()) {
    throw new BlockPackError('OUTPUT_REFUSED', `Cannot write ${path}: it is a directory`, {
      hint: 'Give the name of a file.',
      details: { path },
    });
  }
  if (stats === undefined) return path;
  return stats.isFile() ? realpathSync(path) : undefined;
}

/**
 * For work that takes long: says before it what writing would say behind it. Whoever may write now may not later, so writing says it, too.
 * @param directory need not exist yet
 * @throws OUTPUT_REFUSED
 */
export function checkWritable(directory: string): void {
  for (let path = directory; ; path = dirname(path)) {
    try {
      accessSync(path, constants.W_OK);
      return;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || dirname(path) === path)
        throw diskError(error, 'OUTPUT_REFUSED', 'write to', directory);
    }
  }
}
