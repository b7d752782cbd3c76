import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from './disk-error.ts';

/** Removes a directory of ours and all in it, also where directories in it have modes that keep their owner out, as an image may have them. */
export function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(errnoOf(error) ?? '')) throw error;
    unlock(path);
    rmSync(path, { recursive: true, force: true });
  }
}

function unlock(directory: string): void {
  chmodSync(directory, 0o700);
  for (const entry of readdirSync(directory, { withFileTypes: true }))
    if (entry.isDirectory()) unlock(join(directory, entry.name));
}
