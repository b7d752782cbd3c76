import { checkSignal, type RandomAccess } from '@block-pack/core';
import { type ContentPlace, splitContents } from '../class/split-contents.ts';
import { packTextNumbers, textNumberKinds } from '../class/text-numbers.ts';
import { kinds, type StreamKind } from '../class/typed-streams.ts';
import { mixableKinds } from '../class/typed-values.ts';
import {
  fastQuality,
  type MixedStreams,
  packStreams,
  sectionBytes,
  writeLengths,
} from '../difference/packing.ts';
import type { PackingLanes } from '../difference/packing-lanes.ts';
import type { Piece } from '../difference/pieces.ts';
import { readPieces } from '../difference/read-pieces.ts';
import { ValueMixer } from '../mixing/value-mixer.ts';
import { VarintWriter } from '../varint.ts';
import { nameStreams } from './name-codes.ts';
import { shortenNames } from './shorten-names.ts';
import { TypedLanes } from './typed-lanes.ts';
import { writeCoded } from './typed-section.ts';

/** `BPT` and the version of the format. */
export const typedMagic = Uint8Array.of(0x42, 0x50, 0x54, 0x34);

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

/** Streams of numbers are 9 to 13 % smaller than at quality 9, texts 6 to 8 %, other contents some 10 to 20 %, in seven times the time. */
const usualQuality = 10;

/** What is coded comes to a fifth less than with the usual one: this is fast, and says as well which is smaller. */
const comparedQuality = fastQuality;

/** What is mixed does not shrink, and this finds it fast. */
const mixedQuality = 1;

/** Bytes of streams from which on their values are coded: before, little is known of them. */
const leastCoded = 1 << 12;

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
  for await (const section of splitSections(contents, most, mixed)) {
    checkSignal(signal);
    const packed = new Packing(packSection(section, mixed, quality, lanes.parts));
    packing.push(packed);
    lanes.add(packed.bytes);
    await lanes.ready();
    for (let first = packing[0]; first?.isDone; first = packing[0]) {
      packing.shift();
      yield await first.bytes;
    }
    written += section.length;
    onMixing?.(section.streams.at(-1)?.length ?? 0);
    onProgress?.(written);
  }
  for (const { bytes } of packing) yield await bytes;
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
  /** Bytes of all texts with their names; 0 where they stand as they are. */
  readonly textsLength: number;
  /** In the order of the format. */
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
    yield { length, ...takeApart(bytes, placesOf(pieces, own), mixed) };
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
): Omit<SplitSection, 'length'> {
  const mixer = new ValueMixer();
  try {
    const streams = splitContents(bytes, places, mixer, mixed);
    const texts = streams[kinds.texts] ?? new Uint8Array();
    const short = shortenNames(texts);
    if (short !== undefined) streams[kinds.texts] = short.texts;
    const named = nameStreams.map((name) => short?.[name] ?? new Uint8Array());
    return {
      textsLength: short === undefined ? 0 : texts.length,
      streams: [...streams, ...named, mixer.end()],
    };
  } finally {
    mixer.leave();
  }
}

async function packSection(
  { length, textsLength, streams }: SplitSection,
  mixed: ReadonlySet<StreamKind>,
  quality: number = usualQuality,
  lanes: PackingLanes,
): Promise<Uint8Array> {
  const coded = mixed.size > 0 ? undefined : codedTextNumbers(streams);
  const qualityOf = (part: Uint8Array) => {
    if (part === streams.at(-1)) return mixedQuality;
    if (coded !== undefined && textNumberKinds.some((kind) => part === streams[kind])) return comparedQuality;
    return quality;
  };
  const packed = await packStreams(streams, qualityOf, coded, lanes);
  const header = new VarintWriter();
  header.add(length);
  header.add(textsLength);
  writeCoded(header, { mixed, together: packed.mixed });
  writeLengths(header, packed);
  return sectionBytes(header.bytes(), packed);
}

/** Undefined where there are so few that all short streams are packed together. */
function codedTextNumbers(streams: readonly Uint8Array[]): MixedStreams | undefined {
  const lengths = textNumberKinds.map((kind) => (streams[kind] as Uint8Array).length);
  const bytes = Math.min(...lengths) < leastCoded ? undefined : packTextNumbers(streams);
  if (bytes === undefined) return undefined;
  const length = lengths.reduce((sum, one) => sum + one, 0);
  return { places: new Set(textNumberKinds), parts: [{ length, bytes }] };
}
