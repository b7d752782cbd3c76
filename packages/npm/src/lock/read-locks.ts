import { collect, type FileEntry, type PackContext } from '@block-pack/core';
import { type FolderItem, itemAt } from '../folder.ts';
import type { Project } from '../project.ts';
import type { LockEvidence } from './lock-evidence.ts';
import { readNpmLock } from './npm-lock.ts';
import { readPnpmLock } from './pnpm-lock.ts';
import { readYarnLock } from './yarn-lock.ts';

/** Ten times the largest seen. */
const sizeLimit = 128 << 20;

type Reader = (content: string, file: string) => LockEvidence;

/** Those that say what is installed stand before those that say what should be. */
const locks: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['node_modules/.package-lock.json', (content, file) => readNpmLock(content, 'hidden-lockfile', file)],
  ['node_modules/.pnpm/lock.yaml', readPnpmLock],
  ['npm-shrinkwrap.json', (content, file) => readNpmLock(content, 'npm-shrinkwrap', file)],
  ['package-lock.json', (content, file) => readNpmLock(content, 'package-lock', file)],
  ['pnpm-lock.yaml', readPnpmLock],
  ['yarn.lock', readYarnLock],
]);

/** All lock files of a project that can be read. One that cannot is told and left alone: the disk says what is there. */
export async function readLocks(project: Project, context: PackContext): Promise<readonly LockEvidence[]> {
  const found: LockEvidence[] = [];
  for (const [path, read] of locks) {
    const file = itemAt(project.root, path);
    if (!isFile(file)) continue;
    try {
      const bytes = await collect(file.read(), sizeLimit, path);
      found.push(read(new TextDecoder().decode(bytes), path));
    } catch (error) {
      context.warn({
        code: 'EVIDENCE_IGNORED',
        message: `${project.name}/${path} cannot be read and is ignored: ${reason(error)}`,
      });
    }
  }
  return found;
}

function isFile(item: FolderItem | undefined): item is FileEntry {
  return item?.kind === 'file';
}

/** The first line: parsers print the place, with content, below. */
function reason(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.slice(0, 200);
}
