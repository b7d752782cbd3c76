import type { RandomAccess } from './bytes.ts';
import { quoted, type ZipArchive, type ZipEntry, type ZipFlaw, ZipFlaws } from './zip-archive.ts';
import { encryptedFlags, methodOf } from './zip-central.ts';
import { asBuffer } from './zip-end.ts';
import { type ZipSizes, zip64Sizes } from './zip-extra.ts';
import { decodeZipName } from './zip-name.ts';

const localHeaderLength = 30;
const localSignature = 0x04034b50;
const localSignatureBytes = Buffer.from('PK\x03\x04', 'latin1');
const descriptorSignature = 0x08074b50;
const descriptorFlag = 1 << 3;

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
  const reader = new Window(source);
  const inOrder = archive.entries.toSorted((a, b) => a.headerOffset - b.headerOffset);
  if (archive.prefixLength > 0 && (await beginsWithEntry(reader)))
    flaws.addOfArchive('hidden-entry', 'another archive stands before it');
  let end = archive.prefixLength;
  let previous: ZipEntry | undefined;
  for (const entry of inOrder) {
    if (entry.headerOffset < end) {
      flaws.add('overlap', entry.path, `overlaps entry ${quoted(previous?.path ?? '')}`);
      continue;
    }
    await checkGap(reader, end, entry.headerOffset, flaws);
    end = await checkEntry(reader, archive, entry, flaws);
    previous = entry;
  }
  await checkGap(reader, end, archive.directoryOffset, flaws);
  return [...archive.flaws, ...flaws.list];
}

async function beginsWithEntry(reader: Window): Promise<boolean> {
  return (await reader.read(0, 4)).readUInt32LE(0) === localSignature;
}

/** @returns where the entry ends */
async function checkEntry(
  reader: Window,
  archive: ZipArchive,
  entry: ZipEntry,
  flaws: ZipFlaws,
): Promise<number> {
  const { path, headerOffset, compressedSize } = entry;
  const limit = archive.directoryOffset;
  const header = await readHeader(reader, headerOffset, limit);
  if (header === undefined) {
    flaws.add('outside', path, `has no local header at byte ${headerOffset}`);
    return headerOffset;
  }
  const difference = headerDifference(entry, header);
  if (difference !== undefined) flaws.add('header-mismatch', path, difference);
  const end = headerOffset + header.length + compressedSize;
  if (end > limit) {
    flaws.add('outside', path, `should end at byte ${end}, but entries end at byte ${limit}`);
    return limit;
  }
  if ((header.flags & descriptorFlag) === 0) return end;
  const descriptor = await reader.read(end, Math.min(longestDescriptor, limit - end));
  const length = descriptorLength(descriptor, entry);
  if (length === undefined)
    flaws.add('header-mismatch', path, 'is followed by a data descriptor that says something else');
  return end + (length ?? 0);
}

interface LocalHeader extends Pick<ZipSizes, 'size' | 'compressedSize'> {
  readonly length: number;
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc32: number;
}

async function readHeader(reader: Window, at: number, limit: number): Promise<LocalHeader | undefined> {
  if (at + localHeaderLength > limit) return undefined;
  const fixed = await reader.read(at, localHeaderLength);
  if (fixed.readUInt32LE(0) !== localSignature) return undefined;
  const nameEnd = localHeaderLength + fixed.readUInt16LE(26);
  const length = nameEnd + fixed.readUInt16LE(28);
  if (at + length > limit) return undefined;
  const whole = await reader.read(at, length);
  const extra = whole.subarray(nameEnd);
  const flags = whole.readUInt16LE(6);
  const sizes = { compressedSize: whole.readUInt32LE(18), size: whole.readUInt32LE(22), headerOffset: 0 };
  return {
    ...(zip64Sizes(sizes, extra) ?? sizes),
    length,
    name: decodeZipName(whole.subarray(localHeaderLength, nameEnd), flags, extra).text,
    flags,
    method: whole.readUInt16LE(8),
    crc32: whole.readUInt32LE(14),
  };
}

function headerDifference(entry: ZipEntry, header: LocalHeader): string | undefined {
  const name = entry.isDirectory ? `${entry.path}/` : entry.path;
  if (header.name !== name) return `is called ${quoted(header.name)} in its local header`;
  if (methodOf(header.method) !== entry.method)
    return `is ${methodWord(methodOf(header.method))} by its local header and ${methodWord(entry.method)} by the central directory`;
  if (((header.flags & encryptedFlags) !== 0) !== entry.encrypted)
    return 'is encrypted by only one of its two headers';
  const later = (header.flags & descriptorFlag) !== 0;
  for (const field of ['size', 'compressedSize', 'crc32'] as const) {
    if (header[field] === entry[field] || (later && header[field] === 0)) continue;
    return `has ${fieldNames[field]} ${header[field]} by its local header and ${entry[field]} by the central directory`;
  }
  return undefined;
}

const fieldNames = { size: 'size', compressedSize: 'packed size', crc32: 'CRC-32' };

function methodWord(method: ZipEntry['method']): string {
  return typeof method === 'number' ? `packed by method ${method}` : method;
}

const longestDescriptor = 24;

/**
 * Four layouts occur: with and without signature, with sizes of 32 and of 64 bits.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.9
 */
function descriptorLength(bytes: Buffer, entry: ZipEntry): number | undefined {
  const signed = bytes.length >= 4 && bytes.readUInt32LE(0) === descriptorSignature;
  for (const start of signed ? [4, 0] : [0]) {
    for (const width of [4, 8]) {
      const length = start + 4 + 2 * width;
      if (length > bytes.length || bytes.readUInt32LE(start) !== entry.crc32) continue;
      const compressedSize = readSize(bytes, start + 4, width);
      const size = readSize(bytes, start + 4 + width, width);
      if (compressedSize === entry.compressedSize && size === entry.size) return length;
    }
  }
  return undefined;
}

function readSize(bytes: Buffer, at: number, width: number): number {
  return width === 4 ? bytes.readUInt32LE(at) : Number(bytes.readBigUInt64LE(at));
}

/** Bytes between entries are no fault (some tools align content with them), unless a reader that streams would find an entry there. */
async function checkGap(reader: Window, from: number, to: number, flaws: ZipFlaws): Promise<void> {
  const overlap = localSignatureBytes.length - 1;
  for (let at = from; at + overlap < to; at += scanSize - overlap) {
    const found = (await reader.read(at, Math.min(scanSize, to - at))).indexOf(localSignatureBytes);
    if (found === -1) continue;
    flaws.addOfArchive('hidden-entry', `an entry at byte ${at + found} is not in the central directory`);
    return;
  }
}

/** Reads ahead, so that headers that lie close together cost one read. */
class Window {
  readonly #source: RandomAccess;
  #bytes: Buffer = Buffer.alloc(0);
  #offset = 0;

  constructor(source: RandomAccess) {
    this.#source = source;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const start = offset - this.#offset;
    if (start < 0 || start + length > this.#bytes.length) {
      const ahead = Math.min(Math.max(windowSize, length), this.#source.size - offset);
      this.#bytes = asBuffer(await this.#source.read(offset, ahead));
      this.#offset = offset;
    }
    const at = offset - this.#offset;
    return this.#bytes.subarray(at, at + length);
  }
}
