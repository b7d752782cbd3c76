import { checkSignal, type RandomAccess } from '@block-pack/core';
import { type ContentPlace, splitContents } from '../class/split-contents.ts';
import { kinds, type StreamKind } from '../class/typed-streams.ts';
import { mixableKinds } from '../class/typed-values.ts';
import { fastQuality, packStreams, sectionBytes, writeLengths } from '../difference/packing.ts';
import type { PackingLanes } from '../difference/packing-lanes.ts';
import type { Piece } from '../difference/pieces.ts';
import { readPieces } from '../difference/read-pieces.ts';
import { ValueMixer } from '../mixing/value-mixer.ts';
import { VarintWriter } from '../varint.ts';
import { TypedLanes } from './typed-lanes.ts';
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
  /** Where sections are packed, if others are as well. */
  readonly lanes?: TypedLanes | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes of content that are written so far, but for the last sections, which are being packed. */
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
 * say. Contents are asked for, and read, one section at a time.
 */
export async function* writeTyped(
  contents: Contents,
  {
    quality,
    mixesValues = false,
    sectionLength = typedSectionLength,
    lanes = new TypedLanes(),
    signal,
    onProgress,
    onMixing,
  }: WriteTypedOptions = {},
): AsyncGenerator<Uint8Array, void> {
  yield typedMagic;
  const packing: Packing[] = [];
  let written = 0;
  const most = Math.min(sectionLength, typedSectionLimit);
  const mixed = mixesValues ? mixableKinds : nothingMixed;
  // Other threads pack sections while this one takes the next apart.
  for await (const { length, streams } of splitSections(contents, most, mixed)) {
    checkSignal(signal);
    const section = new Packing(packSection(length, streams, mixed, quality, lanes.parts));
    packing.push(section);
    lanes.add(section.bytes);
    await lanes.ready();
    for (let first = packing[0]; first?.isDone; first = packing[0]) {
      packing.shift();
      yield await first.bytes;
    }
    written += length;
    onMixing?.(streams.at(-1)?.length ?? 0);
    onProgress?.(written);
  }
  for (const section of packing) yield await section.bytes;
}

/** Contents without a base, in their order. */
type Contents = Iterable<RandomAccess> | AsyncIterable<RandomAccess>;

/** A section on its way. */
class Packing {
  readonly bytes: Promise<Uint8Array>;
  isDone = false;

  constructor(bytes: Promise<Uint8Array>) {
    this.bytes = bytes;
    const done = () => {
      this.isDone = true;
    };
    // Whoever stops reading does not wait for it.
    bytes.then(done, done);
  }
}

interface SplitSection {
  readonly length: number;
  readonly streams: readonly Uint8Array[];
}

/** @param most bytes of a section */
async function* splitSections(
  contents: Contents,
  most: number,
  mixed: ReadonlySet<StreamKind>,
): AsyncGenerator<SplitSection> {
  // Used for all sections: as garbage, what is made for each would double the memory.
  let room = new Uint8Array();
  for await (const { contents: own, pieces, length } of sectionsOf(contents, most)) {
    if (length > room.length) room = new Uint8Array(room.length === 0 ? length : most);
    const bytes = room.subarray(0, length);
    await readPieces(pieces, own, bytes);
    yield { length, streams: takeApart(bytes, placesOf(pieces, own), mixed) };
  }
}

/** What becomes a section. */
interface Section {
  readonly contents: RandomAccess[];
  readonly pieces: Piece[];
  length: number;
}

function newSection(): Section {
  return { contents: [], pieces: [], length: 0 };
}

/** Contents in their order, as many to a section as fit; what has more than a section is cut. */
async function* sectionsOf(contents: Contents, most: number): AsyncGenerator<Section> {
  let section = newSection();
  for await (const content of contents) {
    const { size } = content;
    if (section.length > 0 && section.length + size > most) {
      yield section;
      section = newSection();
    }
    for (let offset = 0; offset < size; offset += most) {
      const length = Math.min(most, size - offset);
      section.pieces.push({ index: section.contents.push(content) - 1, offset, length });
      section.length += length;
      if (offset + length === size) break;
      yield section;
      section = newSection();
    }
  }
  if (section.length > 0) yield section;
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
