import { createHash } from 'node:crypto';
import { type FileChange, type Placed, readCanonicalTar, readRange } from '@block-pack/core';
import { leftBehind } from './left-behind.ts';
import { parsePackageManifest } from './package-manifest.ts';
import { commandFiles, publishedPath, reasonToLeaveOut } from './published-tree.ts';
import type { FilePrint, PublishedFile, PublishedFiles } from './tarball.ts';

/** Prints of the files that a block has, or should have, by path. */
type Prints = ReadonlyMap<string, FilePrint>;

/**
 * What the block of a package would hold if it were made from its tarball: the same rules as for what lies on disk.
 * @param folder of a bundled package, such as `node_modules/ms`; empty for the package itself
 * @returns undefined when there is no such package in it
 */
export function publishedPrints(all: PublishedFiles, folder: string): Prints | undefined {
  const files = ownFiles(folder === '' ? all : below(all, folder));
  const manifestText = files.get('package.json')?.manifest;
  if (manifestText === undefined) return undefined;
  const manifest = parsePackageManifest(manifestText, 'package.json', {
    hasGypFile: files.has('binding.gyp'),
  });
  const isCommand = commandFiles(manifest);
  const paths = new Set(files.keys());
  const prints = new Map<string, FilePrint>();
  for (const [path, { digest, repairedDigest, executable }] of files) {
    if (reasonToLeaveOut('file', path, paths) !== undefined) continue;
    const command = isCommand(path);
    prints.set(publishedPath(path), {
      digest: command ? repairedDigest : digest,
      executable: command || executable,
    });
  }
  return prints;
}

function below(files: PublishedFiles, folder: string): PublishedFiles {
  const inside = [...files].filter(([path]) => path.startsWith(`${folder}/`));
  return new Map(inside.map(([path, file]) => [path.slice(folder.length + 1), file]));
}

/** All but the packages in its node_modules, which are blocks of their own. */
function ownFiles(files: PublishedFiles): ReadonlyMap<string, PublishedFile> {
  return new Map([...files].filter(([path]) => !isOfAnother(path, files)));
}

function isOfAnother(path: string, files: PublishedFiles): boolean {
  if (!path.startsWith('node_modules/')) return false;
  const [, first = '', second = ''] = path.split('/');
  if (first === '.bin' || leftBehind(first) !== undefined) return true;
  const folder = first.startsWith('@') ? `${first}/${second}` : first;
  return files.has(`node_modules/${folder}/package.json`);
}

/** What a block holds. */
export async function blockPrints({ bytes, placement }: Placed): Promise<Prints> {
  const prints = new Map<string, FilePrint>();
  for await (const entry of readCanonicalTar(readRange(bytes), placement.path)) {
    if (entry.kind === 'directory') continue;
    const sum = createHash('sha256');
    if (entry.kind === 'symlink') sum.update(`a link to ${entry.target}`);
    else for await (const chunk of entry.read()) sum.update(chunk);
    prints.set(entry.path, {
      digest: sum.digest('hex'),
      executable: entry.kind === 'file' && entry.executable,
    });
  }
  return prints;
}

/** What somebody changed since it was published, sorted by path. */
export function changesBetween(published: Prints, present: Prints): FileChange[] {
  const changes: FileChange[] = [];
  for (const [path, print] of present) {
    const before = published.get(path);
    if (before === undefined) changes.push({ path, change: 'added' });
    else if (before.digest !== print.digest || before.executable !== print.executable)
      changes.push({ path, change: 'changed' });
  }
  for (const path of published.keys()) if (!present.has(path)) changes.push({ path, change: 'removed' });
  return changes.sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
}
