import type { RandomAccess } from './bytes.ts';
import { asBuffer, quoted, type ZipArchive, type ZipEntry, type ZipFlaw, ZipFlaws } from './zip-archive.ts';
import {
  descriptorLength,
  hasDescriptor,
  headerDifference,
  localHeaderLength,
  localSignature,
  longestDescriptor,
  parseLocalHeader,
} from './zip-local-header.ts';

/** One read brings the headers of many small entries, and not much too much of a large one. */
const windowSize = 64 << 10;
const scanSize = 1 << 20;

/**
 * Walks through the archive from front to back and compares every local header with the central directory. Readers that stream see
 * only the former, readers that seek only the latter; an archive is safe to take apart when both see the same.
 * @returns the flaws of the central directory and the ones found on the way
 */
export async function checkZip(source: RandomAccess, archive: ZipArchive): Promise<readonly ZipFlaw[]> {
  const flaws = new ZipFlaws();
  const reader = new Window(source, archive.directoryOffset);
  if (archive.prefixLength > 0) await checkGap(reader, 0, localSignature.length, flaws);
  let end = archive.prefixLength;
  let previous: ZipEntry | undefined;
  for (const entry of archive.entries.toSorted((a, b) => a.headerOffset - b.headerOffset)) {
    if (entry.headerOffset < end) {
      flaws.add('overlap', entry.path, `overlaps entry ${quoted(previous?.path ?? '')}`);
      continue;
    }
    await checkGap(reader, end, Math.min(entry.headerOffset, reader.end), flaws);
    end = await checkEntry(reader, entry, flaws);
    previous = entry;
  }
  await checkGap(reader, end, reader.end, flaws);
  return [...archive.flaws, ...flaws.list];
}

/** @returns where the entry ends */
async function checkEntry(reader: Window, entry: ZipEntry, flaws: ZipFlaws): Promise<number> {
  const { path, headerOffset, compressedSize } = entry;
  const header = await readLocalHeader(reader, headerOffset);
  if (header === undefined) {
    flaws.add('outside', path, `has no local header at byte ${headerOffset}`);
    return Math.min(headerOffset, reader.end);
  }
  const difference = headerDifference(entry, header);
  if (difference !== undefined) flaws.add('header-mismatch', path, difference);
  const end = headerOffset + header.length + compressedSize;
  if (end > reader.end) {
    flaws.add('outside', path, `should end at byte ${end}, but entries end at byte ${reader.end}`);
    return reader.end;
  }
  if (!hasDescriptor(header)) return end;
  const length = descriptorLength(await reader.read(end, longestDescriptor), entry);
  if (length === undefined)
    flaws.add('header-mismatch', path, 'is followed by a data descriptor that says something else');
  return end + (length ?? 0);
}

async function readLocalHeader(reader: Window, offset: number) {
  const bytes = await reader.read(offset, localHeaderLength);
  const header = parseLocalHeader(bytes);
  return header === undefined ? undefined : parseLocalHeader(await reader.read(offset, header.length));
}

/** Bytes between entries are no fault (some tools align content with them), unless a reader that streams would find an entry there. */
async function checkGap(reader: Window, from: number, to: number, flaws: ZipFlaws): Promise<void> {
  const shared = localSignature.length - 1;
  for (let at = from; at + shared < to; at += scanSize - shared) {
    const found = (await reader.read(at, Math.min(scanSize, to - at))).indexOf(localSignature);
    if (found === -1) continue;
    flaws.addOfArchive('hidden-entry', `an entry at byte ${at + found} is not in the central directory`);
    return;
  }
}

/** Reads ahead, so that headers that lie close together cost one read. */
class Window {
  /** Where the entries end; what is asked for beyond is not there. */
  readonly end: number;
  readonly #source: RandomAccess;
  #bytes: Buffer = Buffer.alloc(0);
  #offset = 0;

  constructor(source: RandomAccess, end: number) {
    this.#source = source;
    this.end = end;
  }

  /** Fewer than `length` bytes where the entries end before. */
  async read(offset: number, length: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, this.end - offset));
    if (wanted === 0) return Buffer.alloc(0);
    const at = offset - this.#offset;
    if (at >= 0 && at + wanted <= this.#bytes.length) return this.#bytes.subarray(at, at + wanted);
    const ahead = Math.min(Math.max(windowSize, wanted), this.end - offset);
    this.#bytes = asBuffer(await this.#source.read(offset, ahead));
    this.#offset = offset;
    return this.#bytes.subarray(0, wanted);
  }
}
