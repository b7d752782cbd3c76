import { type Dirent, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FileEntry } from '@block-pack/core';
import { diskError, errnoOf } from './disk-error.ts';
import { DiskFile } from './disk-file.ts';

/** A directory that is looked into here and there instead of being walked, such as a build tool's local repository. */
export interface DiskLookup {
  /** As the user wrote it, for messages. */
  readonly name: string;
  /** Names in a directory below, those of directories ending in `/`; none where there is no such directory. */
  list(path: string): Promise<readonly string[]>;
  /** A file below; undefined where there is none. */
  open(path: string): Promise<FileEntry | undefined>;
}

/**
 * A lookup of a directory; links are followed, since repositories are often linked from elsewhere.
 * @param directory absolute
 */
export function diskLookup(directory: string, name = directory): DiskLookup {
  return {
    name,
    async list(path) {
      const where = join(directory, path);
      const entries = orNone(where, () => readdirSync(where, { withFileTypes: true })) ?? [];
      return entries.map((entry) => (isDirectory(where, entry) ? `${entry.name}/` : entry.name));
    },
    async open(path) {
      const where = join(directory, path);
      const stats = orNone(where, () => statSync(where));
      return stats?.isFile() ? new DiskFile(basename(path), where, stats, Date.now()) : undefined;
    },
  };
}

function isDirectory(where: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statSync(join(where, entry.name), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** What the disk says, or undefined where there is nothing. @throws INPUT_UNREADABLE */
function orNone<T>(where: string, look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return undefined;
    throw diskError(error, 'INPUT_UNREADABLE', 'read', where);
  }
}
