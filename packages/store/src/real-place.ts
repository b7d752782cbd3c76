import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import { errnoOf } from './disk-error.ts';

/** Where a path really lies, links followed; what does not exist yet lies below what does. */
export function realPlace(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch (error) {
    const above = dirname(whole);
    if (errnoOf(error) !== 'ENOENT' || above === whole) return whole;
    return join(realPlace(above), basename(whole));
  }
}

/** True also when the two are one. Both are real places. */
export function liesIn(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/**
 * Refuses a store inside an input, or the other way round: packing changes the store, so the input would change while it is read.
 * @param storeDirectory need not exist yet
 * @param name the input's name in the message
 * @throws USAGE
 */
export function checkStoreApart(storeDirectory: string, input: string, name = input): void {
  const store = realPlace(storeDirectory);
  const place = realPlace(input);
  const inside = liesIn(store, place);
  if (!inside && !liesIn(place, store)) return;
  throw new BlockPackError(
    'USAGE',
    inside
      ? `The store ${storeDirectory} lies inside the input ${name}`
      : `The input ${name} lies inside the store ${storeDirectory}`,
    {
      hint: 'Name a store elsewhere with --store DIR (or BLOCK_PACK_STORE).',
      details: { store, input: place },
    },
  );
}
