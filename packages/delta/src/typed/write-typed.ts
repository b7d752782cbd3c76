import { type Bytes, checkSignal, type RandomAccess } from '@block-pack/core';
import { type ContentPlace, splitContents } from '../class/split-contents.ts';
import { kinds, type StreamKind } from '../class/typed-streams.ts';
import { mixableKinds } from '../class/typed-values.ts';
import { fastQuality, packStreams, sectionBytes, writeLengths } from '../difference/packing.ts';
import { PackingLanes } from '../difference/packing-lanes.ts';
import { type Piece, readPieces } from '../difference/pieces.ts';
import { ValueMixer } from '../mixing/value-mixer.ts';
import { VarintWriter } from '../varint.ts';
import { writeMixed } from './typed-section.ts';

/** `BPT` and the version of the format. */
export const typedMagic = Uint8Array.of(0x42, 0x50, 0x54, 0x32);

export interface WriteTypedOptions {
  /** Brotli's for all streams; unless said, the best that is worth its time for each. */
  readonly quality?: number | undefined;
  /** Whether values of class files are mixed: a tenth smaller, but read at three million of them in a second. */
  readonly mixesValues?: boolean | undefined;
  /** Most bytes of content that are taken apart at once, 32 MiB unless said, up to 64 MiB. */
  readonly sectionLength?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes of content that are written so far. */
  readonly onProgress?: (bytes: number) => void;
  /** Called with the bytes that the mixed values of a section have. */
  readonly onMixing?: (bytes: number) => void;
}

/** Most bytes of content in a section: this bounds what a reader needs, whatever it reads. */
export const typedSectionLimit = 64 << 20;

/** Streams of numbers are 9 to 13 % smaller than at quality 9, other contents some 10 to 20 %, in seven times the time. */
const usualQuality = 10;

/** Texts would be 7 % smaller with 10: for each second that it takes, a quarter of what other contents gain. */
const textQuality = fastQuality;

/** What is mixed does not shrink, and this finds it fast. */
const mixedQuality = 1;

const nothingMixed: ReadonlySet<StreamKind> = new Set();

/** Memory grows with it. Sections twice as long make 0.15 to 0.5 % less. */
export const typedSectionLength = 32 << 20;

/**
 * Contents that have no base, their class files taken apart: specified in docs/format/typed-contents.md. Where a content ends it does not
 * say. Contents are read one section at a time.
 */
export async function* writeTyped(
  contents: readonly RandomAccess[],
  {
    quality,
    mixesValues = false,
    sectionLength = typedSectionLength,
    signal,
    onProgress,
    onMixing,
  }: WriteTypedOptions = {},
): Bytes {
  yield typedMagic;
  // Other threads pack sections while this one takes the next apart.
  const lanes = new PackingLanes(partsAtOnce);
  const packing: Promise<Uint8Array>[] = [];
  let written = 0;
  const most = Math.min(sectionLength, typedSectionLimit);
  const mixed = mixesValues ? mixableKinds : nothingMixed;
  for await (const { length, streams } of splitSections(contents, most, mixed)) {
    checkSignal(signal);
    const section = packSection(length, streams, mixed, quality, lanes);
    // Whoever stops reading does not wait for it.
    section.catch(() => {});
    packing.push(section);
    const [first] = packing.length < sectionsAtOnce ? [] : packing.splice(0, 1);
    if (first !== undefined) yield await first;
    written += length;
    onMixing?.(streams.at(-1)?.length ?? 0);
    onProgress?.(written);
  }
  for (const section of packing) yield await section;
}

interface SplitSection {
  readonly length: number;
  readonly streams: readonly Uint8Array[];
}

/** @param most bytes of a section */
async function* splitSections(
  contents: readonly RandomAccess[],
  most: number,
  mixed: ReadonlySet<StreamKind>,
): AsyncGenerator<SplitSection> {
  const total = contents.reduce((sum, { size }) => sum + size, 0);
  // Used for all sections: as garbage, what is made for each would double the memory.
  const read = new Uint8Array(Math.min(most, total));
  for (const pieces of sectionsOf(contents, most)) {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const bytes = read.subarray(0, length);
    await readPieces(pieces, contents, bytes);
    yield { length, streams: takeApart(bytes, placesOf(pieces, contents), mixed) };
  }
}

/** Parts that are packed at the same time: more would be faster on more than two cores, and take more memory. */
const partsAtOnce = 2;

/** Sections that are packed at the same time: while the long stream of one is packed, as native code has it, the other lane takes the next. */
const sectionsAtOnce = 2;

/** Contents in their order, as many to a section as fit; what has more than a section is cut. */
function* sectionsOf(contents: readonly RandomAccess[], most: number): Iterable<readonly Piece[]> {
  let pieces: Piece[] = [];
  let filled = 0;
  for (const [index, { size }] of contents.entries()) {
    if (filled > 0 && filled + size > most) {
      yield pieces;
      pieces = [];
      filled = 0;
    }
    for (let offset = 0; offset < size; offset += most) {
      const length = Math.min(most, size - offset);
      pieces.push({ index, offset, length });
      filled += length;
      if (offset + length === size) break;
      yield pieces;
      pieces = [];
      filled = 0;
    }
  }
  if (filled > 0) yield pieces;
}

/** Contents that are whole in a section. */
function placesOf(pieces: readonly Piece[], contents: readonly RandomAccess[]): ContentPlace[] {
  let end = 0;
  return pieces.flatMap(({ index, length }) => {
    const start = end;
    end += length;
    return length === contents[index]?.size ? [{ start, length }] : [];
  });
}

/** The streams of a section. */
function takeApart(
  bytes: Uint8Array,
  places: readonly ContentPlace[],
  mixed: ReadonlySet<StreamKind>,
): Uint8Array[] {
  const mixer = new ValueMixer();
  try {
    const streams = splitContents(bytes, places, mixer, mixed);
    return [...streams, mixer.end()];
  } finally {
    mixer.leave();
  }
}

async function packSection(
  length: number,
  streams: readonly Uint8Array[],
  mixed: ReadonlySet<StreamKind>,
  quality: number | undefined,
  lanes: PackingLanes,
): Promise<Uint8Array> {
  const qualityOf = (part: Uint8Array) => {
    if (part === streams.at(-1)) return mixedQuality;
    return quality ?? (part === streams[kinds.texts] ? textQuality : usualQuality);
  };
  const packed = await packStreams(streams, qualityOf, undefined, lanes);
  const header = new VarintWriter();
  header.add(length);
  writeMixed(header, mixed);
  writeLengths(header, packed);
  return sectionBytes(header.bytes(), packed);
}
