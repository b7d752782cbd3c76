import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw, inflateRawSync } from 'node:zlib';
import type { Bytes } from './bytes.ts';
import type { BlockPackError } from './error.ts';
import { fetchAgain, type ZipEntries, type ZipEntry, zipError } from './zip-archive.ts';

/** Undoes deflate in one call, which is several times cheaper than a stream where there is little to undo. */
export function inflateAtOnce(archive: ZipEntries, entry: ZipEntry, packed: Buffer): Buffer {
  // One byte more than declared is enough to catch a stream that lies.
  const room = entry.size + 1;
  const options = { maxOutputLength: room, chunkSize: Math.max(64, room), info: true };
  try {
    const { buffer, engine } = inflateRawSync(packed, options) as unknown as InflateInfo;
    checkConsumed(archive, entry, engine.bytesWritten);
    return buffer;
  } catch (error) {
    throw inflateError(archive, entry, error);
  }
}

/** What zlib returns when it is asked for `info`; its types do not know. */
interface InflateInfo {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

const outputChunk = 128 << 10;

/** Undoes deflate as the bytes flow. A reader that stops early closes the inflater, and with it the reading of the archive. */
export async function* inflate(archive: ZipEntries, entry: ZipEntry, packed: Bytes): Bytes {
  const inflater = createInflateRaw({ chunkSize: outputChunk });
  const feeding = pipeline(Readable.from(copied(packed), { highWaterMark: 1 }), inflater);
  // What goes wrong there is thrown by the inflater too.
  feeding.catch(() => {});
  try {
    yield* inflater;
    checkConsumed(archive, entry, inflater.bytesWritten);
  } catch (error) {
    throw inflateError(archive, entry, error);
  } finally {
    // A deflate stream that ends before its bytes do would else be fed to the end.
    inflater.destroy();
  }
}

/** A pipeline reads ahead, and a chunk is good only until the next one is asked for. */
async function* copied(packed: Bytes): Bytes {
  for await (const chunk of packed) yield new Uint8Array(chunk);
}

function checkConsumed(archive: ZipEntries, entry: ZipEntry, consumed: number): void {
  if (consumed === entry.compressedSize) return;
  throw zipError(
    'ARCHIVE_INVALID',
    archive.name,
    `has ${entry.compressedSize - consumed} bytes behind the end of its compressed data`,
    { entry: entry.path, hint: fetchAgain },
  );
}

function inflateError(archive: ZipEntries, entry: ZipEntry, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  if (error.code === 'ERR_BUFFER_TOO_LARGE') return tooLong(archive, entry);
  if (!error.code.startsWith('Z_')) return error;
  return zipError('ARCHIVE_INVALID', archive.name, `is damaged: ${error.message}`, {
    entry: entry.path,
    hint: fetchAgain,
    cause: error,
  });
}

export function tooLong(archive: ZipEntries, entry: ZipEntry): BlockPackError {
  const predicate = `unpacks to more than the ${entry.size} bytes that the central directory says`;
  return zipError('ARCHIVE_INVALID', archive.name, predicate, { entry: entry.path, hint: fetchAgain });
}
