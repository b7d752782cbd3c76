import { realpathSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import { diskError } from './disk-error.ts';
import { Draft, syncDirectory } from './draft.ts';
import { makeDirectory } from './make-directory.ts';

/**
 * Writes a file so that a reader sees the old one or the new one, whatever happens meanwhile. Its directory is made where it lacks.
 * A link is followed; a pipe or a device, such as /dev/stdout, is written to as it is.
 * @throws OUTPUT_REFUSED, DISK_FULL
 */
export async function writeFileAtomic(path: string, text: string): Promise<void> {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory()) throw isDirectory(path);
    if (stats === undefined || stats.isFile())
      await replace(stats === undefined ? path : realpathSync(path), text);
    else writeFileSync(path, text);
  } catch (error) {
    throw diskError(error, 'OUTPUT_REFUSED', 'write', path);
  }
}

async function replace(path: string, text: string): Promise<void> {
  makeDirectory(dirname(path));
  const draft = new Draft(dirname(path), '.block-pack-');
  try {
    draft.write(new TextEncoder().encode(text));
    await draft.settle(0o666 & ~process.umask());
    draft.rename(path);
    syncDirectory(dirname(path));
  } finally {
    draft.discard();
  }
}

function isDirectory(path: string): BlockPackError {
  return new BlockPackError('OUTPUT_REFUSED', `Cannot write ${path}: it is a directory`, {
    hint: 'Give the name of a file.',
    details: { path },
  });
}
