import type { RandomAccess } from './bytes.ts';
import { asBuffer, type ZipArchive, type ZipEntries, ZipFlaws, zipError } from './zip-archive.ts';
import { parseCentralDirectory } from './zip-central.ts';
import { findZipEnd, type ZipEnd } from './zip-end.ts';
import { findFlaws } from './zip-flaws.ts';

const directoryLimit = 256 << 20;

/**
 * Reads a zip archive's table of contents: its tail and its central directory, nothing else. Zip64 and bytes before the archive are
 * understood, be the offsets counted from them or not.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 * @throws ARCHIVE_INVALID, or ARCHIVE_BOMB for a table of contents beyond all measure
 */
export async function readZip(source: RandomAccess, name: string): Promise<ZipArchive> {
  const { end, directory } = await readDirectory(source, name);
  const { directoryOffset, comment, trailing } = end;
  const flaws = new ZipFlaws();
  const entries = parseCentralDirectory(directory, end, name, flaws);
  if (trailing > 0) flaws.addOfArchive('trailing-data', `${trailing} bytes follow its end`);
  findFlaws(entries, directoryOffset, flaws);
  return {
    name,
    entries,
    prefixLength: entries.reduce((least, entry) => Math.min(least, entry.headerOffset), directoryOffset),
    directoryOffset,
    comment,
    flaws: flaws.list,
  };
}

/**
 * Like {@link readZip} for someone who looks for a few entries of many: only those whose paths begin with `below`, and no flaws.
 * @param below ASCII, such as `META-INF/`
 * @throws ARCHIVE_INVALID, ARCHIVE_BOMB
 */
export async function readZipBelow(source: RandomAccess, name: string, below: string): Promise<ZipEntries> {
  const { end, directory } = await readDirectory(source, name);
  const entries = parseCentralDirectory(directory, end, name, new ZipFlaws(), Buffer.from(below));
  return { name, entries, directoryOffset: end.directoryOffset };
}

async function readDirectory(
  source: RandomAccess,
  name: string,
): Promise<{ end: ZipEnd; directory: Buffer }> {
  const end = await findZipEnd(source, name);
  const { directoryOffset, directorySize } = end;
  if (directorySize > directoryLimit)
    throw zipError('ARCHIVE_BOMB', name, `has a central directory of ${directorySize} bytes`, {
      hint: `Expected at most ${directoryLimit} bytes.`,
    });
  return { end, directory: asBuffer(await end.source.read(directoryOffset, directorySize)) };
}
