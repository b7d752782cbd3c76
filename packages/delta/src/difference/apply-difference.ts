import { ByteReader, type Bytes, chunkSize, collect } from '@block-pack/core';
import { applyToClasses } from '../class/level-classes.ts';
import { decodePrograms } from '../native/programs.ts';
import { allowedCost, costOf, type DifferenceBase } from './allowance.ts';
import { applyCovers } from './apply-covers.ts';
import type { Window } from './cover.ts';
import { deltaInvalid } from './delta-invalid.ts';
import { unpackStreams } from './packing.ts';
import { decodePieces, readPieces } from './pieces.ts';
import { readVarint } from './read-varint.ts';
import {
  decodeSectionHeader,
  headerLimit,
  levelsClasses,
  predictsReferences,
  type Transform,
  transformStreams,
  transforms,
} from './section.ts';
import { differenceMagic } from './write-difference.ts';

/**
 * Makes the contents of a difference, one behind the other, from the very bases it was written for, in their order. It checks that all
 * is well formed; whether the result is right only its digest can tell.
 * @param size bytes that the contents have together; a difference that says otherwise is refused before anything is made
 * @param allowed transforms that its sections may have
 * @throws DELTA_INVALID
 */
export async function* applyDifference(
  bases: readonly DifferenceBase[],
  difference: Bytes,
  size: number,
  allowed: readonly Transform[] = transforms,
): Bytes {
  const reader = new ByteReader(difference, () => deltaInvalid('it ends too early'));
  try {
    let missing = await readHeader(reader, bases);
    if (missing !== size) throw deltaInvalid(`it makes ${missing} bytes, and ${size} are needed`);
    let affordable = allowedCost(size);
    while (missing > 0) {
      const { made, cost } = await applySection(reader, bases, missing, affordable, allowed);
      missing -= made.length;
      affordable -= cost;
      for (let at = 0; at < made.length; at += chunkSize) yield made.subarray(at, at + chunkSize);
    }
    if (!(await reader.atEnd())) throw deltaInvalid('bytes follow behind its end');
  } finally {
    await reader.close();
  }
}

/** Returns how many bytes the difference makes. */
async function readHeader(reader: ByteReader, bases: readonly DifferenceBase[]): Promise<number> {
  const magic = await reader.take(differenceMagic.length);
  if (magic.some((byte, index) => byte !== differenceMagic[index]))
    throw deltaInvalid('it does not begin as a difference of version 1 does');
  const count = await readVarint(reader);
  if (count !== bases.length) throw deltaInvalid(`it was made for ${count} bases, not for ${bases.length}`);
  return readVarint(reader);
}

/**
 * @param most bytes that are missing
 * @param affordable what this section and those behind it may cost
 */
async function applySection(
  reader: ByteReader,
  bases: readonly DifferenceBase[],
  most: number,
  affordable: number,
  allowed: readonly Transform[],
): Promise<{ readonly made: Uint8Array; readonly cost: number }> {
  const headerLength = await readVarint(reader);
  if (headerLength > headerLimit) throw deltaInvalid(`a section's header has ${headerLength} bytes`);
  const {
    transform,
    form,
    newLength,
    baseLength,
    streams: lengths,
  } = decodeSectionHeader(await reader.take(headerLength));
  if (!allowed.includes(transform))
    throw deltaInvalid(`a section has the transform ${transform}, which its encoding does not allow`);
  if (newLength > most) throw deltaInvalid(`a section makes ${newLength} bytes where ${most} are missing`);
  const parts: Uint8Array[] = [];
  for (const { packed } of lengths.parts) parts.push(await collect(reader.part(packed), packed, 'a stream'));
  const unpacked = unpackStreams(lengths, parts);
  const streams = named(transformStreams[transform], unpacked);
  const pieces = decodePieces(streams.pieces, bases, baseLength);
  const cost = costOf(pieces, bases);
  if (cost > affordable) throw deltaInvalid('its sections ask for more of the bases than they may');
  const bytes = new Uint8Array(baseLength + newLength);
  await readPieces(pieces, bases, bytes);
  const fill = (window: Window): void => {
    const made = window.bytes.length - baseLength;
    const programs = predictsReferences(transform) && decodePrograms(streams.programs, baseLength, made);
    applyCovers(window, streams, form, programs || undefined);
  };
  const window = { bytes, baseLength };
  if (levelsClasses(transform)) return { made: applyToClasses(window, streams, fill), cost };
  fill(window);
  return { made: bytes.subarray(baseLength), cost };
}

function named<N extends string>(
  names: readonly N[],
  streams: readonly Uint8Array[],
): Readonly<Record<N, Uint8Array>> {
  return Object.fromEntries(names.map((name, index) => [name, streams[index]])) as Record<N, Uint8Array>;
}
