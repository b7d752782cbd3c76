import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { type Bytes, type RandomAccess, readRange } from './bytes.ts';
import type { BlockPackError } from './error.ts';
import { fetchAgain, type ZipArchive, type ZipEntry, zipError } from './zip-archive.ts';
import { asBuffer } from './zip-end.ts';

const localHeaderLength = 30;
const localSignature = 0x04034b50;

/** Room for the extra fields of a local header, so that one read brings header and content of a small entry. */
const extraGuess = 64;
const firstRead = 64 << 10;

/** Up to here one call of zlib is several times cheaper than a stream. */
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
  archive: ZipArchive,
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
  archive: ZipArchive,
  entry: ZipEntry,
): Promise<RandomAccess> {
  checkReadable(archive, entry, Number.POSITIVE_INFINITY);
  if (entry.method !== 'stored')
    throw invalid(archive, entry, 'is compressed; only a stored entry can be read in place');
  const { offset } = await locate(source, archive, entry);
  return {
    size: entry.size,
    async read(at, length) {
      if (at < 0 || at + length > entry.size) throw new RangeError(`read past the end: ${at}+${length}`);
      return await source.read(offset + at, length);
    },
  };
}

function checkReadable(archive: ZipArchive, entry: ZipEntry, limit: number): void {
  const { method, encrypted, size, compressedSize, path } = entry;
  if (encrypted)
    throw zipError('ARCHIVE_ENCRYPTED', archive.name, 'is encrypted', {
      entry: path,
      hint: 'Unpack the archive with its password, and pack the directory instead.',
    });
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

async function locate(source: RandomAccess, archive: ZipArchive, entry: ZipEntry): Promise<DataRange> {
  const { path, headerOffset, compressedSize } = entry;
  const room = archive.directoryOffset - headerOffset;
  const wanted = localHeaderLength + Buffer.byteLength(path) + extraGuess + compressedSize;
  if (room < localHeaderLength) throw headerMissing(archive, entry);
  const head = asBuffer(await source.read(headerOffset, Math.min(room, wanted, firstRead)));
  if (head.readUInt32LE(0) !== localSignature) throw headerMissing(archive, entry);
  const headerLength = localHeaderLength + head.readUInt16LE(26) + head.readUInt16LE(28);
  if (headerLength + compressedSize > room)
    throw invalid(
      archive,
      entry,
      `should have ${compressedSize} bytes at byte ${headerOffset + headerLength}, but entries end at byte ${archive.directoryOffset}`,
    );
  return {
    offset: headerOffset + headerLength,
    first: head.subarray(headerLength, headerLength + compressedSize),
  };
}

function headerMissing(archive: ZipArchive, entry: ZipEntry): BlockPackError {
  return invalid(archive, entry, `has no local header at byte ${entry.headerOffset}`);
}

function unpacked(source: RandomAccess, archive: ZipArchive, entry: ZipEntry, data: DataRange): Bytes {
  const packed = packedBytes(source, entry, data);
  if (entry.method === 'stored') return packed;
  const small = data.first.length === entry.compressedSize && entry.size <= atOnce;
  return small ? inflatedAtOnce(archive, entry, data.first) : inflated(archive, entry, packed);
}

async function* packedBytes(source: RandomAccess, entry: ZipEntry, data: DataRange): Bytes {
  const { offset, first } = data;
  yield first;
  yield* readRange(source, offset + first.length, entry.compressedSize - first.length);
}

async function* inflatedAtOnce(archive: ZipArchive, entry: ZipEntry, packed: Buffer): Bytes {
  const { buffer, consumed } = inflateSmall(archive, entry, packed);
  checkConsumed(archive, entry, consumed);
  yield buffer;
}

function inflateSmall(archive: ZipArchive, entry: ZipEntry, packed: Buffer) {
  const options = {
    maxOutputLength: Math.max(1, entry.size),
    chunkSize: Math.max(64, entry.size + 1),
    info: true,
  };
  try {
    const { buffer, engine } = inflateRawSync(packed, options) as unknown as InflateInfo;
    return { buffer, consumed: engine.bytesWritten };
  } catch (error) {
    throw isCoded(error) && error.code === 'ERR_BUFFER_TOO_LARGE'
      ? tooLong(archive, entry)
      : inflateError(archive, entry, error);
  }
}

/** What zlib returns when it is asked for `info`; its types do not know. */
interface InflateInfo {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** A reader that stops early closes the inflater, and with it the reading of the archive. */
async function* inflated(archive: ZipArchive, entry: ZipEntry, packed: Bytes): Bytes {
  const inflater = createInflateRaw({ chunkSize: 128 << 10 });
  const feeding = pipeline(Readable.from(packed, { highWaterMark: 1 }), inflater);
  // Whatever goes wrong there is thrown by the loop too.
  feeding.catch(() => {});
  try {
    yield* inflater;
  } catch (error) {
    throw inflateError(archive, entry, error);
  }
  checkConsumed(archive, entry, inflater.bytesWritten);
}

function checkConsumed(archive: ZipArchive, entry: ZipEntry, consumed: number): void {
  if (consumed === entry.compressedSize) return;
  throw invalid(
    archive,
    entry,
    `has ${entry.compressedSize - consumed} more bytes behind the end of its compressed data`,
  );
}

function inflateError(archive: ZipArchive, entry: ZipEntry, error: unknown): unknown {
  if (!isCoded(error) || !error.code.startsWith('Z_')) return error;
  return zipError('ARCHIVE_INVALID', archive.name, `is damaged: ${error.message}`, {
    entry: entry.path,
    hint: fetchAgain,
    cause: error,
  });
}

function isCoded(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

function tooLong(archive: ZipArchive, entry: ZipEntry): BlockPackError {
  return invalid(
    archive,
    entry,
    `unpacks to more than the ${entry.size} bytes that the central directory says`,
  );
}

function invalid(archive: ZipArchive, entry: ZipEntry, predicate: string): BlockPackError {
  return zipError('ARCHIVE_INVALID', archive.name, predicate, { entry: entry.path, hint: fetchAgain });
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
