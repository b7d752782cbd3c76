import { collect, type RandomAccess } from './bytes.ts';
import { checkLinkTarget, compareBytewise, pathLimit } from './image-path.ts';
import type { FileEntry, InputDirectory, LinkEntry, TreeEntry } from './tree.ts';
import { fetchAgain, type ZipArchive, type ZipEntry, zipError } from './zip-archive.ts';
import { checkZip } from './zip-check.ts';
import { encryptedError, readZipEntry } from './zip-content.ts';
import { parentPaths } from './zip-flaws.ts';
import { readZip } from './zip-reader.ts';

/** Real archives unpack to less than this, or at a lower ratio; deflate cannot pass 1,032. */
const harmlessSize = 100 << 20;
const harmlessRatio = 200;

/**
 * An archive as the directory it would unpack to. Refuses an archive that two readers could understand differently, so that nothing in
 * it is missed.
 * @param file the archive itself; where it has a stamp, its entries get stamps too
 * @throws ARCHIVE_INVALID, ARCHIVE_ENCRYPTED, ARCHIVE_BOMB, LINK_ESCAPES
 */
export async function zipDirectory(
  source: RandomAccess,
  file: FileEntry,
  name: string,
): Promise<InputDirectory> {
  const archive = await readZip(source, name);
  checkExpansion(archive, source.size);
  checkEncryption(archive);
  await checkFlaws(archive, source);
  const entries = await treeEntries(archive, source, file);
  return { name, archive: file, entries: async () => entries };
}

function checkExpansion(archive: ZipArchive, packedSize: number): void {
  const size = archive.entries.reduce((sum, entry) => sum + entry.size, 0);
  if (size <= harmlessSize || size <= harmlessRatio * packedSize) return;
  throw zipError('ARCHIVE_BOMB', archive.name, `would unpack to ${size} bytes from ${packedSize}`, {
    hint: `Expected at most ${harmlessRatio} times its size. Unpack it, and pack the directory instead, if it is what it should be.`,
  });
}

function checkEncryption(archive: ZipArchive): void {
  const entry = archive.entries.find(({ encrypted }) => encrypted);
  if (entry !== undefined) throw encryptedError(archive, entry);
}

async function checkFlaws(archive: ZipArchive, source: RandomAccess): Promise<void> {
  const flaws = await checkZip(source, archive);
  const flaw = flaws.find(({ kind }) => kind !== 'name-guessed');
  if (flaw === undefined) return;
  throw zipError('ARCHIVE_INVALID', archive.name, `cannot be taken apart: ${flaw.message}`, {
    hint: 'Two readers would unpack different things from it. Build it again, or unpack it and pack the directory instead.',
  });
}

async function treeEntries(
  archive: ZipArchive,
  source: RandomAccess,
  file: FileEntry,
): Promise<readonly TreeEntry[]> {
  const parents = parentPaths(archive.entries);
  const entries: TreeEntry[] = [];
  for (const entry of archive.entries) {
    if (entry.symlink) entries.push(await linkEntry(archive, source, entry));
    else if (!entry.isDirectory) entries.push(fileEntry(archive, source, entry, file));
    else if (!parents.has(entry.path)) entries.push({ kind: 'directory', path: entry.path });
  }
  return entries.sort((a, b) => compareBytewise(a.path, b.path));
}

async function linkEntry(archive: ZipArchive, source: RandomAccess, entry: ZipEntry): Promise<LinkEntry> {
  const { path, size } = entry;
  if (size > pathLimit)
    throw zipError('ARCHIVE_INVALID', archive.name, `is a symbolic link with a target of ${size} bytes`, {
      entry: path,
      hint: `Expected at most ${pathLimit} bytes.`,
    });
  const content = await collect(readZipEntry(source, archive, entry), pathLimit, path);
  const target = Buffer.from(content).toString();
  if (!Buffer.from(target).equals(content))
    throw zipError('ARCHIVE_INVALID', archive.name, 'is a symbolic link whose target is not UTF-8', {
      entry: path,
      hint: fetchAgain,
    });
  checkLinkTarget(path, target, archive.name);
  return { kind: 'symlink', path, target };
}

function fileEntry(archive: ZipArchive, source: RandomAccess, entry: ZipEntry, file: FileEntry): FileEntry {
  const { path, size, executable } = entry;
  const stamp = file.stamp === undefined ? {} : { stamp: JSON.stringify([file.stamp, path]) };
  return { kind: 'file', path, size, executable, read: () => readZipEntry(source, archive, entry), ...stamp };
}
