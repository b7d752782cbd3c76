import type { ByteReader } from '@block-pack/core';
import { byName } from '../by-name.ts';
import type { ClassJoiner } from '../class/class-joiner.ts';
import { joinContents } from '../class/split-contents.ts';
import { kinds, type StreamKind } from '../class/typed-streams.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { eachUnpacked, readLengths, readParts, type StreamLengths } from '../difference/packing.ts';
import { readVarint } from '../difference/read-varint.ts';
import { streamLimit } from '../difference/section.ts';
import { ValueMixer } from '../mixing/value-mixer.ts';
import { VarintReader } from '../varint.ts';
import { nameStreams } from './name-codes.ts';
import { spellNames } from './spell-names.ts';
import { readMixed, sectionStreams } from './typed-section.ts';
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
  const mixed = readMixed(header);
  const most = streamLimit(length) - textsLength;
  if (most < 0) throw deltaInvalid(`texts of a section of ${length} bytes have ${textsLength}`);
  const streams = readLengths(header, sectionStreams, new Set(), most);
  header.end();
  if (textsLength === 0 && streams.raw.slice(0, nameStreams.length).some((bytes) => bytes > 0))
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
  const { length, textsLength, mixed, streams } = section;
  if (mixed.size > 0 || streams.raw.at(-1) !== 0) return undefined;
  const raw = streams.raw.slice(0, -1);
  const lengths = raw.slice(nameStreams.length);
  if (textsLength > 0) lengths[kinds.texts] = textsLength;
  return classes.join(length, lengths, valueStreams({ ...section, streams: { ...streams, raw } }));
}

/** @throws DELTA_INVALID */
function joinedByWalk(section: PackedSection, room: Uint8Array): Uint8Array {
  const { length, mixed } = section;
  const streams = [...valueStreams(section)];
  const mixer = new ValueMixer(streams.at(-1));
  try {
    const made = joinContents(streams, room.subarray(0, length), mixer, mixed);
    mixer.end();
    return made;
  } finally {
    mixer.leave();
  }
}

/**
 * The streams that contents are made of, of texts with their names: each is unpacked when it is asked for.
 * @throws DELTA_INVALID
 */
function* valueStreams({ textsLength, streams, parts }: PackedSection): Generator<Uint8Array> {
  const named: Uint8Array[] = [];
  let kind = -nameStreams.length;
  for (const stream of eachUnpacked(streams, parts)) {
    if (kind < 0) named.push(stream);
    else if (kind !== kinds.texts || textsLength === 0) yield stream;
    else {
      const names = byName(nameStreams, (_, place) => named[place] as Uint8Array);
      yield spellNames({ texts: stream, ...names }, textsLength);
    }
    kind++;
  }
}
