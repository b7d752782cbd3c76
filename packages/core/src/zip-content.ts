import { crc32 } from 'node:zlib';
import { type Bytes, bytesOf, type RandomAccess, readRange } from './bytes.ts';
import type { BlockPackError } from './error.ts';
import { asBuffer, fetchAgain, type ZipEntries, type ZipEntry, zipError } from './zip-archive.ts';
import { inflate, inflateAtOnce, tooLong } from './zip-inflate.ts';
import { localHeaderLength, parseLocalHeader } from './zip-local-header.ts';

/** Room for the extra fields of a local header, so that one read brings header and content of a small entry. */
const extraGuess = 64;
const firstRead = 64 << 10;

/** Bytes that are unpacked in one call. */
const atOnce = 1 << 20;

export interface ReadZipEntryOptions {
  /** Bytes, unpacked: an entry that says it is larger is refused before anything is read. */
  readonly limit?: number;
}

/**
 * An entry's content, unpacked. It ends with an error unless size and CRC-32 are those of the central directory, and never yields more
 * bytes than are declared there.
 * @throws ARCHIVE_INVALID, ARCHIVE_ENCRYPTED, ARCHIVE_BOMB
 */
export async function* readZipEntry(
  source: RandomAccess,
  archive: ZipEntries,
  entry: ZipEntry,
  options: ReadZipEntryOptions = {},
): Bytes {
  checkReadable(archive, entry, options.limit ?? Number.POSITIVE_INFINITY);
  const data = await locate(source, archive, entry);
  let size = 0;
  let crc = 0;
  for await (const chunk of unpacked(source, archive, entry, data)) {
    size += chunk.length;
    if (size > entry.size) throw tooLong(archive, entry);
    crc = crc32(chunk, crc);
    if (chunk.length > 0) yield chunk;
  }
  if (size !== entry.size)
    throw invalid(archive, entry, `unpacks to ${size} bytes; the central directory says ${entry.size}`);
  if (crc !== entry.crc32)
    throw invalid(archive, entry, `is damaged: its CRC-32 is ${hex(crc)}, expected ${hex(entry.crc32)}`);
}

/**
 * The bytes of a stored entry where they lie in the archive. They are not checked against the entry's CRC-32.
 * @throws ARCHIVE_INVALID when the entry is not stored or not there, ARCHIVE_ENCRYPTED
 */
export async function zipSlice(
  source: RandomAccess,
  archive: ZipEntries,
  entry: ZipEntry,
): Promise<RandomAccess> {
  checkReadable(archive, entry, Number.POSITIVE_INFINITY);
  if (entry.method !== 'stored')
    throw invalid(archive, entry, 'is compressed; only a stored entry can be read in place');
  const { offset } = await locate(source, archive, entry);
  return {
    size: entry.size,
    async read(at, length, room) {
      if (at < 0 || at + length > entry.size) throw new RangeError(`read past the end: ${at}+${length}`);
      return await source.read(offset + at, length, room);
    },
  };
}

function checkReadable(archive: ZipEntries, entry: ZipEntry, limit: number): void {
  const { method, encrypted, size, compressedSize, path } = entry;
  if (encrypted) throw encryptedError(archive, entry);
  if (typeof method === 'number')
    throw invalid(archive, entry, `is compressed by method ${method}; expected 0 (stored) or 8 (deflated)`);
  if (method === 'stored' && size !== compressedSize)
    throw invalid(archive, entry, `is stored as it is, yet of ${size} and of ${compressedSize} bytes`);
  if (size > limit)
    throw zipError('ARCHIVE_BOMB', archive.name, `has ${size} bytes`, {
      entry: path,
      hint: `Expected at most ${limit} bytes.`,
    });
}

interface DataRange {
  readonly offset: number;
  /** The first bytes of it, which came with the local header. */
  readonly first: Buffer;
}

async function locate(source: RandomAccess, archive: ZipEntries, entry: ZipEntry): Promise<DataRange> {
  const { path, headerOffset, compressedSize } = entry;
  const room = Math.max(0, archive.directoryOffset - headerOffset);
  const wanted = localHeaderLength + Buffer.byteLength(path) + extraGuess + compressedSize;
  const length = Math.min(room, wanted, firstRead);
  const head = asBuffer(length === 0 ? new Uint8Array() : await source.read(headerOffset, length));
  const header = parseLocalHeader(head);
  if (header === undefined) throw invalid(archive, entry, `has no local header at byte ${headerOffset}`);
  const offset = headerOffset + header.length;
  if (header.length + compressedSize > room)
    throw invalid(
      archive,
      entry,
      `should have ${compressedSize} bytes at byte ${offset}, but entries end at byte ${archive.directoryOffset}`,
    );
  return { offset, first: head.subarray(header.length, header.length + compressedSize) };
}

function unpacked(source: RandomAccess, archive: ZipEntries, entry: ZipEntry, data: DataRange): Bytes {
  const packed = packedBytes(source, entry, data);
  if (entry.method !== 'deflated') return packed;
  const whole = data.first.length === entry.compressedSize;
  return whole && entry.size <= atOnce
    ? bytesOf(inflateAtOnce(archive, entry, data.first))
    : inflate(archive, entry, packed);
}

async function* packedBytes(source: RandomAccess, entry: ZipEntry, data: DataRange): Bytes {
  const { offset, first } = data;
  yield first;
  yield* readRange(source, offset + first.length, entry.compressedSize - first.length);
}

export function encryptedError(archive: ZipEntries, entry: ZipEntry): BlockPackError {
  return zipError('ARCHIVE_ENCRYPTED', archive.name, 'is encrypted', {
    entry: entry.path,
    hint: 'Unpack the archive with its password, and pack the directory instead.',
  });
}

function invalid(archive: ZipEntries, entry: ZipEntry, predicate: string): BlockPackError {
  return zipError('ARCHIVE_INVALID', archive.name, predicate, { entry: entry.path, hint: fetchAgain });
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
