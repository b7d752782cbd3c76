import type { ByteReader } from '@block-pack/core';
import { joinContents } from '../class/split-contents.ts';
import { typedStreamNames } from '../class/typed-streams.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { readLengths, readParts, type StreamLengths, unpackStreams } from '../difference/packing.ts';
import { readVarint } from '../difference/read-varint.ts';
import { streamLimit } from '../difference/section.ts';
import { VarintReader } from '../varint.ts';
import { typedSectionLimit } from './write-typed.ts';

/** A section of typed contents as it comes: it can be made by itself, and by another thread. */
export interface PackedSection {
  /** Bytes of contents. */
  readonly length: number;
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
  const streams = readLengths(header, typedStreamNames.length, new Set(), streamLimit(length));
  header.end();
  return { length, streams, parts: await readParts(reader, streams) };
}

/**
 * @param room for the contents of any section: a part of it is returned
 * @throws DELTA_INVALID
 */
export function joinSection({ length, streams, parts }: PackedSection, room: Uint8Array): Uint8Array {
  return joinContents(unpackStreams(streams, parts), room.subarray(0, length));
}
