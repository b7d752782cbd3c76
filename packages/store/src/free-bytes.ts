import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** Bytes that are free where a path is, or would be; undefined where the file system does not tell. What it compresses takes less, and a quota may allow less. */
export function freeBytes(path: string): number | undefined {
  if (!existsSync(path) && dirname(path) !== path) return freeBytes(dirname(path));
  try {
    const { bavail, bsize, blocks } = statfsSync(path);
    return blocks === 0 ? undefined : bavail * bsize;
  } catch {
    // Whoever writes there is told what is wrong.
    return undefined;
  }
}
