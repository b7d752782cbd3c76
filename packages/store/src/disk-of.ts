import { existsSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** A file system, as far as it tells of itself. */
export interface Disk {
  /** Two paths with the same number share their room. */
  readonly device: number;
  /** Bytes. What is compressed takes less, and a quota may allow less. */
  readonly free: number;
}

/** The disk that a path is on, or would be; undefined where the file system does not tell what is free. */
export function diskOf(path: string): Disk | undefined {
  if (!existsSync(path) && dirname(path) !== path) return diskOf(dirname(path));
  try {
    const { bavail, bsize, blocks } = statfsSync(path);
    return blocks === 0 ? undefined : { device: statSync(path).dev, free: bavail * bsize };
  } catch {
    // Whoever writes there is told what is wrong.
    return undefined;
  }
}
