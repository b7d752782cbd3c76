import { promisify } from 'node:util';
import { brotliCompress, brotliDecompressSync, constants } from 'node:zlib';
import { concat } from '@block-pack/core';
import type { VarintReader, VarintWriter } from '../varint.ts';
import { deltaInvalid } from './delta-invalid.ts';

/** Streams of fewer bytes are packed together: each alone would cost more. */
const pooledBelow = 1536;

/** The window of the entropy coder, as a power of two: the largest of RFC 7932. */
export const windowBits = 24;

/** Above this many bytes the best quality takes minutes and saves little. */
const bestQualityBelow = 4 << 20;

export const bestQuality = 11;
export const fastQuality = 9;

const compress = promisify(brotliCompress);

/** Packed streams: what a section's header says of them, and their bytes in the order of the header. */
export interface PackedStreams {
  readonly rawLengths: readonly number[];
  readonly parts: readonly Uint8Array[];
}

/**
 * @param quality of {@link https://www.rfc-editor.org/rfc/rfc7932 brotli}; without it, the best that is worth its time
 * @param atOnce parts that are packed at the same time; one of some megabytes takes up to 150 MiB
 */
export async function packStreams(
  all: readonly Uint8Array[],
  quality?: number,
  atOnce = 4,
): Promise<PackedStreams> {
  const parts: Uint8Array[] = [];
  const waiting = partsOf(all).entries();
  const lane = async () => {
    for (const [index, part] of waiting) parts[index] = await packed(part, quality);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return { rawLengths: all.map(({ length }) => length), parts };
}

/** What is packed as one: all short streams, each long one. */
export function partsOf(all: readonly Uint8Array[]): Uint8Array[] {
  const small = all.filter(({ length }) => length > 0 && length < pooledBelow);
  const large = all.filter(({ length }) => length >= pooledBelow);
  return small.length === 0 ? large : [concat(small), ...large];
}

/** As it is where it does not shrink: the length says which. */
async function packed(bytes: Uint8Array, quality?: number): Promise<Uint8Array> {
  const best = bytes.length <= bestQualityBelow ? bestQuality : fastQuality;
  const smaller = await compress(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality ?? best,
      [constants.BROTLI_PARAM_LGWIN]: windowBits,
      // Told of a mebibyte or more, it looks for repetitions of five bytes instead of four: 1 % larger.
      [constants.BROTLI_PARAM_SIZE_HINT]: Math.min(bytes.length, (1 << 20) - 1),
    },
  });
  return smaller.length < bytes.length ? smaller : bytes;
}

export function writeLengths(to: VarintWriter, { rawLengths, parts }: PackedStreams): void {
  for (const length of [...rawLengths, ...parts.map((part) => part.length)]) to.add(length);
}

/** The lengths of packed streams, as a section's header says them. */
export interface StreamLengths {
  readonly raw: readonly number[];
  /** Packed and unpacked length of each part. */
  readonly parts: readonly { readonly packed: number; readonly raw: number }[];
}

/**
 * @param count of streams
 * @param limit bytes that all streams together may have
 * @throws DELTA_INVALID
 */
export function readLengths(from: VarintReader, count: number, limit: number): StreamLengths {
  const raw = Array.from({ length: count }, () => from.next());
  const total = sum(raw);
  if (total > limit)
    throw deltaInvalid(`its streams have ${total} bytes, and no more than ${limit} are ever needed`);
  const pooled = sum(raw.filter((length) => length < pooledBelow));
  const parts = [pooled, ...raw.filter((length) => length >= pooledBelow)]
    .filter((length) => length > 0)
    .map((length) => ({ raw: length, packed: from.next() }));
  const longer = parts.find((part) => part.packed > part.raw);
  if (longer !== undefined)
    throw deltaInvalid(`a stream of ${longer.raw} bytes is packed in ${longer.packed}`);
  return { raw, parts };
}

/**
 * The streams, in their order.
 * @param parts as long as `lengths` says
 * @throws DELTA_INVALID
 */
export function unpackStreams(
  { raw, parts: lengths }: StreamLengths,
  parts: readonly Uint8Array[],
): Uint8Array[] {
  const unpackedParts = parts.map((part, index) => unpacked(part, lengths[index]?.raw ?? 0));
  const hasPool = raw.some((length) => length > 0 && length < pooledBelow);
  const pool = hasPool ? unpackedParts.shift() : undefined;
  let pooled = 0;
  return raw.map((length) => {
    if (length >= pooledBelow) return unpackedParts.shift() ?? new Uint8Array();
    pooled += length;
    return pool?.subarray(pooled - length, pooled) ?? new Uint8Array();
  });
}

function unpacked(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === length) return bytes;
  const raw = decompress(bytes, length);
  if (raw.length === length) return raw;
  throw deltaInvalid(`a stream of ${length} bytes unpacks to ${raw.length}`);
}

function decompress(bytes: Uint8Array, length: number): Uint8Array {
  try {
    // Room for one byte more, or zlib would ask for as much again when the last one is written.
    const options = { maxOutputLength: length, chunkSize: Math.max(64, length + 1), info: true };
    const { buffer, engine } = brotliDecompressSync(bytes, options) as unknown as DecompressInfo;
    if (engine.bytesWritten === bytes.length) return buffer;
  } catch (error) {
    throw isZlibError(error) ? deltaInvalid(`a stream cannot be unpacked: ${error.message}`, error) : error;
  }
  throw deltaInvalid('a packed stream ends before its bytes do');
}

/** What zlib returns when it is asked for `info`; its types do not know. */
interface DecompressInfo {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** The decoder's own complaints, and that of a stream longer than it may be. */
export function isZlibError(error: unknown): error is Error {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return error.code === 'ERR_BUFFER_TOO_LARGE' || ('errno' in error && /^(Z|ERR)_/.test(error.code));
}

function sum(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total + length, 0);
}
