import { BlockPackError } from './error.ts';
import { checkTreePath } from './image-path.ts';
import { quoted, type ZipEntry, type ZipFlaws } from './zip-archive.ts';

/** Units of UTF-16 that are at most 255 and at most 4,095 bytes of UTF-8: within these, no name and no path is too long. */
const shortName = 85;
const shortPath = 1365;

/** Bytes of a local header before its name. */
const localHeaderLength = 30;

/** A directory's content is nothing, which takes up to 5 bytes when it is deflated, as the jar tool does. */
const deflatedNothing = 5;

/** Finds what the central directory alone shows. */
export function findFlaws(entries: readonly ZipEntry[], directoryOffset: number, flaws: ZipFlaws): void {
  const leaves = new Map<string, boolean>();
  for (const entry of entries) {
    const { path, isDirectory } = entry;
    checkName(path, flaws);
    checkSizes(entry, directoryOffset, flaws);
    if (leaves.has(path)) flaws.add('duplicate', path, 'stands twice');
    leaves.set(path, !isDirectory);
  }
  checkParents(entries, leaves, flaws);
}

/** Finds what can be wrong in a path, all at once, since nearly every path is clean. */
const suspicious = /(?:^|\/)\.{0,2}(?:\/|$)|[\\\0]/;

function checkName(path: string, flaws: ZipFlaws): void {
  if (hasShortNames(path) && !suspicious.test(path)) return;
  const flaw = nameFlaw(path);
  if (flaw !== undefined) flaws.add('name-unsafe', path, flaw);
}

function hasShortNames(path: string): boolean {
  if (path.length <= shortName) return true;
  return path.length <= shortPath && path.split('/').every((name) => name.length <= shortName);
}

function nameFlaw(path: string): string | undefined {
  const names = path.split('/');
  if (path === '') return 'has an empty name';
  if (path.startsWith('/')) return 'has an absolute path';
  if (path.includes('\\')) return 'has a backslash in its path, which some read as a slash';
  if (path.includes('\0')) return 'has a NUL in its path';
  if (names.includes('')) return 'has an empty name in its path';
  const dots = names.find((name) => name === '.' || name === '..');
  if (dots !== undefined) return `has "${dots}" in its path`;
  return isTreePath(path) ? undefined : 'has a longer path or name than a file system takes';
}

function isTreePath(path: string): boolean {
  try {
    checkTreePath(path);
    return true;
  } catch (error) {
    if (error instanceof BlockPackError) return false;
    throw error;
  }
}

function checkSizes(entry: ZipEntry, directoryOffset: number, flaws: ZipFlaws): void {
  const { path, isDirectory, method, size, compressedSize, encrypted, headerOffset } = entry;
  if (typeof method === 'number' && !encrypted)
    flaws.add(
      'method-unknown',
      path,
      `is compressed by method ${method}; expected 0 (stored) or 8 (deflated)`,
    );
  if (method === 'stored' && !encrypted && size !== compressedSize)
    flaws.add('size-mismatch', path, `is stored as it is, yet of ${size} and of ${compressedSize} bytes`);
  if (isDirectory && (size > 0 || compressedSize > deflatedNothing))
    flaws.add('type-unclear', path, 'is a directory and has content');
  if (headerOffset + localHeaderLength + compressedSize > directoryOffset)
    flaws.add(
      'outside',
      path,
      `should lie at byte ${headerOffset} with ${compressedSize} bytes, but entries end at byte ${directoryOffset}`,
    );
}

function checkParents(
  entries: readonly ZipEntry[],
  leaves: ReadonlyMap<string, boolean>,
  flaws: ZipFlaws,
): void {
  for (const [parent, path] of parentPaths(entries)) {
    if (leaves.get(parent) !== true) continue;
    flaws.add('parent-is-no-directory', path, `lies below ${quoted(parent)}, which is no directory`);
  }
}

/** Every path that something lies below, with the first entry that does. */
export function parentPaths(entries: readonly ZipEntry[]): ReadonlyMap<string, string> {
  const parents = new Map<string, string>();
  for (const { path } of entries) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const parent = path.slice(0, slash);
      if (parents.has(parent)) break;
      parents.set(parent, path);
    }
  }
  return parents;
}
