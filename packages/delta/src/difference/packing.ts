import { promisify } from 'node:util';
import { brotliCompress, brotliDecompressSync, constants } from 'node:zlib';
import { type ByteReader, collect, concat } from '@block-pack/core';
import { type VarintReader, VarintWriter } from '../varint.ts';
import { deltaInvalid } from './delta-invalid.ts';
import { PackingLanes } from './packing-lanes.ts';

/** Streams of fewer bytes are packed together: each alone would cost more. */
const pooledBelow = 1536;

/** The window of the entropy coder, as a power of two: the largest of RFC 7932. */
export const windowBits = 24;

const leastWindowBits = 16;

/** Above this many bytes the best quality takes minutes and saves little. */
const bestQualityBelow = 4 << 20;

const bestQuality = 11;
export const fastQuality = 9;

const compress = promisify(brotliCompress);

/** Of so many bytes, mixed streams that can be read before the base is there are apart from the others: that is a few bytes more, and another thread can read them. */
const leastEarly = 1 << 15;

/** Streams that are mixed, and what they come to. */
export interface MixedStreams {
  /** Their places among the streams. */
  readonly places: ReadonlySet<number>;
  /** What is coded together: one part, or two where some are early. */
  readonly parts: readonly MixedPart[];
}

export interface MixedPart {
  /** Bytes of its streams. */
  readonly length: number;
  readonly bytes: Uint8Array;
}

/** Packed streams: what a section's header says of them, and their bytes in the order of the header. */
export interface PackedStreams {
  readonly rawLengths: readonly number[];
  /** The places of those in the last part, or the last two. */
  readonly mixed: ReadonlySet<number>;
  readonly parts: readonly Uint8Array[];
}

/** {@link https://www.rfc-editor.org/rfc/rfc7932 Brotli's} for a part. */
export type QualityOf = (part: Uint8Array) => number;

/**
 * @param quality without it, the best that is worth its time
 * @param mixed is taken where all come to less with it; never where it is longer than its streams, which no reader takes
 * @param lanes that parts are packed in
 */
export async function packStreams(
  all: readonly Uint8Array[],
  quality: QualityOf = usualQuality,
  mixed?: MixedStreams,
  lanes = new PackingLanes(4),
): Promise<PackedStreams> {
  const rawLengths = all.map(({ length }) => length);
  const known = new Map<Uint8Array, Uint8Array>();
  const plain = await packedParts(partsOf(all), known, lanes, quality);
  if (mixed === undefined || mixed.parts.some(({ bytes, length }) => bytes.length > length))
    return { rawLengths, mixed: new Set(), parts: plain };
  const others = all.filter((_, place) => !mixed.places.has(place));
  const apart = mixed.parts.map(({ bytes }) => bytes);
  const parts = [...(await packedParts(partsOf(others), known, lanes, quality)), ...apart];
  return totalLength(parts) < totalLength(plain)
    ? { rawLengths, mixed: mixed.places, parts }
    : { rawLengths, mixed: new Set(), parts: plain };
}

/** @param known parts that are packed already, and what they became */
async function packedParts(
  parts: readonly Uint8Array[],
  known: Map<Uint8Array, Uint8Array>,
  lanes: PackingLanes,
  quality: QualityOf,
): Promise<Uint8Array[]> {
  // The longest first: as the last one, each would be packed alone.
  const longestFirst = [...parts].sort((one, other) => other.length - one.length);
  const pack = async (part: Uint8Array) => known.set(part, await packed(part, quality(part)));
  const unknown = longestFirst.filter((part) => !known.has(part));
  await Promise.all(unknown.map((part) => lanes.next(part.length, () => pack(part))));
  return parts.flatMap((part) => known.get(part) ?? []);
}

export function totalLength(parts: readonly { readonly length: number }[]): number {
  return sum(parts.map(({ length }) => length));
}

/** What is packed as one: all short streams, each long one. */
export function partsOf(all: readonly Uint8Array[]): Uint8Array[] {
  const small = all.filter(({ length }) => length > 0 && length < pooledBelow);
  const large = all.filter(({ length }) => length >= pooledBelow);
  return small.length === 0 ? large : [concat(small), ...large];
}

function usualQuality({ length }: Uint8Array): number {
  return length <= bestQualityBelow ? bestQuality : fastQuality;
}

/** As it is where it does not shrink: the length says which. */
async function packed(bytes: Uint8Array, quality: number): Promise<Uint8Array> {
  const smaller = await compress(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_LGWIN]: windowFor(bytes),
      // Told of a mebibyte or more, it looks for repetitions of five bytes instead of four: 1 % larger.
      [constants.BROTLI_PARAM_SIZE_HINT]: Math.min(bytes.length, (1 << 20) - 1),
    },
  });
  return smaller.length < bytes.length ? smaller : bytes;
}

/** No more than needed: the best qualities take memory for all of it. */
function windowFor({ length }: Uint8Array): number {
  const needed = 32 - Math.clz32(length + 15);
  return Math.min(windowBits, Math.max(leastWindowBits, needed));
}

export function writeLengths(to: VarintWriter, { rawLengths, parts }: PackedStreams): void {
  for (const length of [...rawLengths, ...parts.map((part) => part.length)]) to.add(length);
}

/** A section: the length of its header, that, and the parts. */
export function sectionBytes(header: Uint8Array, { parts }: PackedStreams): Uint8Array {
  const length = new VarintWriter();
  length.add(header.length);
  return concat([length.bytes(), header, ...parts]);
}

/** The lengths of packed streams, as a section's header says them. */
export interface StreamLengths {
  readonly raw: readonly number[];
  /** The places of those in the last part, or the last two. */
  readonly mixed: ReadonlySet<number>;
  /** The places of those in the last part but one: none if there is no such part. */
  readonly early: ReadonlySet<number>;
  /** Packed and unpacked length of each part. */
  readonly parts: readonly { readonly packed: number; readonly raw: number }[];
}

/**
 * The mixed streams that are a part of their own.
 * @param raw bytes of all streams
 * @param early the places of those that can be read before the base is there
 */
export function earlyApart(
  raw: readonly number[],
  mixed: ReadonlySet<number>,
  early: ReadonlySet<number>,
): ReadonlySet<number> {
  const length = mixedLength({ raw, mixed: early });
  return length < leastEarly || length === mixedLength({ raw, mixed }) ? new Set() : early;
}

/**
 * @param count of streams
 * @param mixed the places of those that are mixed
 * @param limit bytes that all streams together may have
 * @param canBeEarly the places of those that can be read before the base is there
 * @throws DELTA_INVALID
 */
export function readLengths(
  from: VarintReader,
  count: number,
  mixed: ReadonlySet<number>,
  limit: number,
  canBeEarly: ReadonlySet<number> = new Set(),
): StreamLengths {
  const raw = Array.from({ length: count }, () => from.next());
  const total = sum(raw);
  if (total > limit)
    throw deltaInvalid(`its streams have ${total} bytes, and no more than ${limit} are ever needed`);
  const plain = raw.filter((_, place) => !mixed.has(place));
  const pooled = sum(plain.filter((length) => length < pooledBelow));
  const all = mixedLength({ raw, mixed });
  const early = earlyApart(raw, mixed, canBeEarly);
  const apart = mixedLength({ raw, mixed: early });
  const parts = [pooled, ...plain.filter((length) => length >= pooledBelow), apart, all - apart]
    .filter((length) => length > 0)
    .map((length) => ({ raw: length, packed: from.next() }));
  const longer = parts.find((part) => part.packed > part.raw);
  if (longer !== undefined)
    throw deltaInvalid(`a stream of ${longer.raw} bytes is packed in ${longer.packed}`);
  if (mixed.size > 0 && all === 0) throw deltaInvalid('streams without bytes are mixed');
  return { raw, mixed, early, parts };
}

/** What follows behind a section's header. */
export async function readParts(from: ByteReader, { parts }: StreamLengths): Promise<Uint8Array[]> {
  const read: Uint8Array[] = [];
  for (const { packed } of parts) read.push(await collect(from.part(packed), packed, 'a stream'));
  return read;
}

/** Bytes of all streams that are mixed. */
export function mixedLength({ raw, mixed }: Pick<StreamLengths, 'raw' | 'mixed'>): number {
  return sum(raw.filter((_, place) => mixed.has(place)));
}

/**
 * The streams, in their order; of those that are mixed, room for them.
 * @param parts as long as `lengths` says
 * @throws DELTA_INVALID
 */
export function unpackStreams(lengths: StreamLengths, parts: readonly Uint8Array[]): Uint8Array[] {
  return [...eachUnpacked(lengths, parts)];
}

/**
 * The same one by one: a long stream is unpacked when it is asked for.
 * @throws DELTA_INVALID
 */
export function* eachUnpacked(
  { raw, mixed, parts: lengths }: StreamLengths,
  parts: readonly Uint8Array[],
): Generator<Uint8Array> {
  let next = 0;
  const nextPart = (): Uint8Array => {
    const part = unpacked(parts[next] as Uint8Array, lengths[next]?.raw ?? 0);
    next++;
    return part;
  };
  const hasPool = raw.some((length, place) => length > 0 && length < pooledBelow && !mixed.has(place));
  const pool = hasPool ? nextPart() : new Uint8Array();
  let pooled = 0;
  for (const [place, length] of raw.entries()) {
    if (mixed.has(place)) yield new Uint8Array(length);
    else if (length >= pooledBelow) yield nextPart();
    else {
      pooled += length;
      yield pool.subarray(pooled - length, pooled);
    }
  }
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
