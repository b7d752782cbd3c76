import { ByteReader, type Bytes } from '@block-pack/core';
import { joinContents } from '../class/split-contents.ts';
import { typedStreamNames } from '../class/typed-streams.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { readLengths, readParts, unpackStreams } from '../difference/packing.ts';
import { readMagic } from '../difference/read-magic.ts';
import { readVarint } from '../difference/read-varint.ts';
import { streamLimit } from '../difference/section.ts';
import { VarintReader } from '../varint.ts';
import { typedMagic, typedSectionLimit } from './write-typed.ts';

/** Bytes: a header has some 150 numbers. */
const headerLimit = 1024;

/**
 * Undoes `writeTyped`. It checks that all is well formed; whether the contents are right only their digests can tell.
 * @param size bytes that the contents have together; more are never made
 * @throws DELTA_INVALID
 */
export async function* readTyped(typed: Bytes, size: number): Bytes {
  const reader = new ByteReader(typed, () => deltaInvalid('it ends too early'));
  try {
    await readMagic(reader, typedMagic, 'typed contents of version 1 do');
    // Fresh memory for each section would cost the system more than to fill it.
    const room = new Uint8Array(Math.min(size, typedSectionLimit));
    for (let missing = size; missing > 0; ) {
      const made = await readSection(reader, room, missing);
      missing -= made.length;
      yield made;
    }
    if (!(await reader.atEnd())) throw deltaInvalid('bytes follow behind its end');
  } finally {
    await reader.close();
  }
}

/**
 * @param room for the contents of any section
 * @param most bytes that are missing
 */
async function readSection(reader: ByteReader, room: Uint8Array, most: number): Promise<Uint8Array> {
  const headerLength = await readVarint(reader);
  if (headerLength > headerLimit) throw deltaInvalid(`a section's header has ${headerLength} bytes`);
  const header = new VarintReader(await reader.take(headerLength), 'numbers of a header', deltaInvalid);
  const length = header.next();
  if (length === 0 || length > Math.min(most, room.length))
    throw deltaInvalid(`a section makes ${length} bytes where ${most} are missing`);
  const lengths = readLengths(header, typedStreamNames.length, new Set(), streamLimit(length));
  header.end();
  return joinContents(unpackStreams(lengths, await readParts(reader, lengths)), room.subarray(0, length));
}
