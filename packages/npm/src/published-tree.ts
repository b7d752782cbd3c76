import type { Bytes, FileEntry, TreeEntry } from '@block-pack/core';
import { movedEntry } from '@block-pack/core';
import { lastName, parentPath } from './folder.ts';
import type { PackageManifest } from './package-manifest.ts';

/** A package's tree as every installer makes it, and what was left out of it. */
export interface PublishedTree {
  /** Paths relative to the package. */
  readonly entries: readonly TreeEntry[];
  /** Paths as given. */
  readonly leftOut: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Takes away what installers and builds do differently, so that the same published package is the same tree whoever installed it:
 * - a file is executable when it was published so or is a command of the package: npm, pnpm and yarn all set the bit on commands;
 * - `.gitignore` is called `.npmignore`, as npm does it on the way in; pnpm and yarn keep the name;
 * - a command's `#!` line ends with LF: npm and pnpm repair CR LF, without which it does not start, and yarn 1 does not;
 * - directories with nothing in them and what node-gyp leaves beside the compiled module are left out.
 */
export async function publishedTree(
  entries: readonly TreeEntry[],
  root: string,
  manifest: PackageManifest,
): Promise<PublishedTree> {
  const inside = (path: string) => path.slice(root.length + 1);
  const paths = new Set(entries.map(({ path }) => inside(path)));
  const isCommand = commandFiles(manifest);
  const kept: TreeEntry[] = [];
  const leftOut: { path: string; reason: string }[] = [];
  for (const entry of entries) {
    const path = inside(entry.path);
    const reason = reasonToLeaveOut(entry.kind, path, paths);
    if (reason !== undefined) leftOut.push({ path: entry.path, reason });
    else kept.push(await publishedEntry(entry, path, isCommand(path)));
  }
  return { entries: kept, leftOut };
}

async function publishedEntry(entry: TreeEntry, path: string, isCommand: boolean): Promise<TreeEntry> {
  if (entry.kind !== 'file') return movedEntry(entry, path);
  const file = isCommand ? await withUnixFirstLine(entry) : entry;
  return movedEntry(file, publishedPath(path), isCommand || file.executable);
}

/** Which files of a package are commands. */
export function commandFiles(manifest: PackageManifest): (path: string) => boolean {
  const files = new Set(manifest.commands.values());
  const { commandFolder } = manifest;
  return (path) => files.has(path) || (commandFolder !== undefined && path.startsWith(`${commandFolder}/`));
}

export function publishedPath(path: string): string {
  if (lastName(path) !== '.gitignore') return path;
  return sibling(path, '.npmignore');
}

function sibling(path: string, name: string): string {
  const parent = parentPath(path);
  return parent === '' ? name : `${parent}/${name}`;
}

/** @param paths all of the package */
export function reasonToLeaveOut(
  kind: TreeEntry['kind'],
  path: string,
  paths: ReadonlySet<string>,
): string | undefined {
  if (kind === 'directory') return 'an empty directory: not every installer makes it';
  const name = lastName(path);
  if (path === '.yarn-metadata.json' || path === '.yarn-tarball.tgz') return 'what yarn notes of the package';
  if (name === '.gitignore' && paths.has(sibling(path, '.npmignore')))
    return 'npm leaves it out beside .npmignore';
  if (isBuildLeftover(path) && paths.has('binding.gyp'))
    return 'left by node-gyp, with paths of this machine';
  return undefined;
}

/** Compiled modules (`*.node`) stay, but for the copy that the linker made in `obj.target`. */
function isBuildLeftover(path: string): boolean {
  if (!/^build\//.test(path)) return false;
  if (/\/(?:\.deps|obj\.target|obj)\//.test(path)) return true;
  if (path.endsWith('.node')) return false;
  return /^(?:Makefile|config\.gypi|gyp-mac-tool|binding\.Makefile|.*\.(?:mk|d|o|a|stamp|vcxproj|filters|sln))$/.test(
    lastName(path),
  );
}

/** npm looks no further for the end of the line. */
const firstLineLimit = 2048;

/** The file with the CR taken from the end of its `#!` line, or the file itself. */
async function withUnixFirstLine(file: FileEntry): Promise<FileEntry> {
  const at = carriageReturnAt(await head(file));
  if (at === undefined) return file;
  const { path, size, executable, stamp } = file;
  const repaired = {
    kind: 'file',
    path,
    size: size - 1,
    executable,
    read: () => without(file.read(), at),
  } as const;
  return stamp === undefined ? repaired : { ...repaired, stamp: `${stamp} without the byte ${at}` };
}

/** Where the CR is that ends a `#!` line. */
export function carriageReturnAt(head: Uint8Array): number | undefined {
  if (head[0] !== 0x23 || head[1] !== 0x21) return undefined;
  const at = head.subarray(0, firstLineLimit).indexOf(0x0a) - 1;
  return at > 2 && head[at] === 0x0d ? at : undefined;
}

async function head(file: FileEntry): Promise<Uint8Array> {
  const start = new Uint8Array(firstLineLimit);
  let filled = 0;
  for await (const chunk of file.read()) {
    const part = chunk.subarray(0, firstLineLimit - filled);
    start.set(part, filled);
    filled += part.length;
    if (filled === firstLineLimit) break;
  }
  return start.subarray(0, filled);
}

async function* without(content: Bytes, at: number): Bytes {
  let offset = 0;
  for await (const chunk of content) {
    const drop = at - offset;
    offset += chunk.length;
    if (drop < 0 || drop >= chunk.length) yield chunk;
    else {
      yield chunk.subarray(0, drop);
      yield chunk.subarray(drop + 1);
    }
  }
}
