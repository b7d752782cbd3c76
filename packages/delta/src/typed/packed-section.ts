import type { ByteReader } from '@block-pack/core';
import type { ClassJoiner } from '../class/class-joiner.ts';
import { joinContents } from '../class/split-contents.ts';
import { eachWithTextNumbers, unpackTextNumbers } from '../class/text-numbers.ts';
import type { StreamKind } from '../class/typed-streams.ts';
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
import { readCoded, sectionStreams } from './typed-section.ts';
import { typedSectionLimit } from './write-typed.ts';

/** A section of typed contents as it comes: it can be made by itself, and by another thread. */
export interface PackedSection {
  /** Bytes of contents. */
  readonly length: number;
  /** Whose values the last stream has. */
  readonly mixed: ReadonlySet<StreamKind>;
  readonly streams: StreamLengths;
  readonly parts: readonly Uint8Array[];
}

/** Bytes: a header has some 150 numbers. */
const headerLimit = 1024;

/**
 * @param most bytes of contents that are missing
 * @throws DELTA_INVALID
 */
export async function readPackedSection(reader: ByteReader, most: number): Promise<PackedSection> {
  const headerLength = await readVarint(reader);
  if (headerLength > headerLimit) throw deltaInvalid(`a section's header has ${headerLength} bytes`);
  const header = new VarintReader(await reader.take(headerLength), 'numbers of a header', deltaInvalid);
  const length = header.next();
  if (length === 0 || length > Math.min(most, typedSectionLimit))
    throw deltaInvalid(`a section makes ${length} bytes where ${most} are missing`);
  const { mixed, together } = readCoded(header);
  const streams = readLengths(header, sectionStreams, together, streamLimit(length));
  header.end();
  return { length, mixed, streams, parts: await readParts(reader, streams) };
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
  const { length, mixed, streams, parts } = section;
  if (mixed.size > 0 || streams.raw.at(-1) !== 0) return undefined;
  const raw = streams.raw.slice(0, -1);
  const unpacked = eachUnpacked({ ...streams, raw }, parts);
  return classes.join(length, raw, eachWithTextNumbers(unpacked, codedPart(section)));
}

/** @throws DELTA_INVALID */
function joinedByWalk({ length, mixed, streams, parts }: PackedSection, room: Uint8Array): Uint8Array {
  const unpacked = unpackStreams(streams, parts);
  const coded = codedPart({ streams, parts });
  if (coded !== undefined) unpackTextNumbers(unpacked, coded);
  const mixer = new ValueMixer(unpacked.at(-1));
  try {
    const made = joinContents(unpacked, room.subarray(0, length), mixer, mixed);
    mixer.end();
    return made;
  } finally {
    mixer.leave();
  }
}

/** The numbers of texts, where they are coded. */
function codedPart({ streams, parts }: Pick<PackedSection, 'streams' | 'parts'>): Uint8Array | undefined {
  return streams.mixed.size > 0 ? parts.at(-1) : undefined;
}
