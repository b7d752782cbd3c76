import type { ByteReader } from '@block-pack/core';
import { byName } from '../by-name.ts';
import type { ClassJoiner } from '../class/class-joiner.ts';
import { joinContents } from '../class/split-contents.ts';
import { eachWithTextNumbers, unpackTextNumbers } from '../class/text-numbers.ts';
import { kinds, type StreamKind, typedStreamNames } from '../class/typed-streams.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import {
  eachUnpacked,
  readLengths,
  readParts,
  type StreamLengths,
  unpackStreams,
} from '../difference/packing.ts';
import { readVarint } from '../difference/read-varint.ts';
import { streamLimit } from '../difference/section.ts';
import { ValueMixer } from '../mixing/value-mixer.ts';
import { VarintReader } from '../varint.ts';
import { nameStreams } from './name-codes.ts';
import { spellNames } from './spell-names.ts';
import { nameKinds, readCoded, sectionStreams } from './typed-section.ts';
import { typedSectionLimit } from './write-typed.ts';

/** A section of typed contents as it comes: it can be made by itself, and by another thread. */
export interface PackedSection {
  /** Bytes of contents. */
  readonly length: number;
  /** Bytes of all texts with their names; 0 where they stand as they are. */
  readonly textsLength: number;
  /** Whose values the last stream has. */
  readonly mixed: ReadonlySet<StreamKind>;
  readonly streams: StreamLengths;
  readonly parts: readonly Uint8Array[];
}

/** Bytes: a header has some 150 numbers. */
const headerLimit = 1024;

/**
 * @param missing bytes of contents
 * @throws DELTA_INVALID
 */
export async function readPackedSection(reader: ByteReader, missing: number): Promise<PackedSection> {
  const headerLength = await readVarint(reader);
  if (headerLength > headerLimit) throw deltaInvalid(`a section's header has ${headerLength} bytes`);
  const header = new VarintReader(await reader.take(headerLength), 'numbers of a header', deltaInvalid);
  const length = header.next();
  if (length === 0 || length > Math.min(missing, typedSectionLimit))
    throw deltaInvalid(`a section makes ${length} bytes where ${missing} are missing`);
  const textsLength = header.next();
  const { mixed, together } = readCoded(header);
  const most = streamLimit(length) - textsLength;
  if (most < 0) throw deltaInvalid(`texts of a section of ${length} bytes have ${textsLength}`);
  const streams = readLengths(header, sectionStreams, together, most);
  header.end();
  if (textsLength === 0 && nameKinds.some((kind) => streams.raw[kind] !== 0))
    throw deltaInvalid('texts that stand as they are have names');
  return { length, textsLength, mixed, streams, parts: await readParts(reader, streams) };
}

/**
 * The section's contents: a view of the program's memory, or of room, good until another section is made.
 * @param room for the contents of any section, where it is needed
 * @throws DELTA_INVALID
 */
export function joinSection(
  section: PackedSection,
  classes: ClassJoiner,
  room: () => Uint8Array,
): Uint8Array {
  return joinedByProgram(section, classes) ?? joinedByWalk(section, room());
}

/** Undefined where values are mixed, which the program does not know, and where it cannot make the section. */
function joinedByProgram(section: PackedSection, classes: ClassJoiner): Uint8Array | undefined {
  const { length, textsLength, mixed, streams, parts } = section;
  if (mixed.size > 0 || streams.raw.at(-1) !== 0) return undefined;
  const raw = streams.raw.slice(0, -1);
  const unpacked = eachWithTextNumbers(eachUnpacked({ ...streams, raw }, parts), codedPart(section));
  const lengths = raw.slice(0, typedStreamNames.length);
  if (textsLength > 0) lengths[kinds.texts] = textsLength;
  return classes.join(length, lengths, eachWithNames(unpacked, textsLength));
}

/** @throws DELTA_INVALID */
function joinedByWalk(section: PackedSection, room: Uint8Array): Uint8Array {
  const { length, textsLength, mixed, streams, parts } = section;
  const unpacked = unpackStreams(streams, parts);
  const coded = codedPart(section);
  if (coded !== undefined) unpackTextNumbers(unpacked, coded);
  if (textsLength > 0) unpacked[kinds.texts] = withNames(unpacked, textsLength);
  const mixer = new ValueMixer(unpacked.at(-1));
  try {
    const made = joinContents(unpacked, room.subarray(0, length), mixer, mixed);
    mixer.end();
    return made;
  } finally {
    mixer.leave();
  }
}

/**
 * The streams of class files with their kinds, texts with their names.
 * @param textsLength 0 where they stand as they are
 * @throws DELTA_INVALID
 */
function* eachWithNames(
  streams: Iterable<readonly [StreamKind, Uint8Array]>,
  textsLength: number,
): Generator<readonly [StreamKind, Uint8Array]> {
  const held: Uint8Array[] = [];
  for (const [kind, stream] of streams)
    if (kind >= typedStreamNames.length || (kind === kinds.texts && textsLength > 0)) held[kind] = stream;
    else yield [kind, stream];
  if (textsLength > 0) yield [kinds.texts, withNames(held, textsLength)];
}

/** @throws DELTA_INVALID */
function withNames(streams: readonly Uint8Array[], textsLength: number): Uint8Array {
  const texts = streams[kinds.texts] as Uint8Array;
  const names = byName(nameStreams, (_, place) => streams[nameKinds[place] as number] as Uint8Array);
  return spellNames({ texts, ...names }, textsLength);
}

/** The numbers of texts, where they are coded. */
function codedPart({ streams, parts }: PackedSection): Uint8Array | undefined {
  return streams.mixed.size > 0 ? parts.at(-1) : undefined;
}
