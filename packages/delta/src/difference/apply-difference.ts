import { ByteReader, type Bytes } from '@block-pack/core';
import { byName } from '../by-name.ts';
import { ClassLeveller } from '../class/class-leveller.ts';
import type { ClassSource } from '../class/class-source.ts';
import { amongOthers, type JoinedClasses, joinClasses } from '../class/join-classes.ts';
import { restoredClasses } from '../class/level-classes.ts';
import { PlainClassSource } from '../class/unit-streams.ts';
import { SectionMixer } from '../mixing/section-mixer.ts';
import { decodePrograms, type Programs } from '../native/programs.ts';
import { allowedCost, allowedMixing, costOf, type DifferenceBase } from './allowance.ts';
import { coverSteps } from './apply-covers.ts';
import type { Window } from './cover.ts';
import { deltaInvalid } from './delta-invalid.ts';
import { FilledWindow } from './filled-window.ts';
import { chunksOf } from './made-chunks.ts';
import { mixedLength, readParts, unpackStreams } from './packing.ts';
import { decodePieces, readPieces } from './pieces.ts';
import { readMagic } from './read-magic.ts';
import { readVarint } from './read-varint.ts';
import {
  decodeSectionHeader,
  headerLimit,
  levelsClasses,
  mixableStreams,
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
 * @param allowed what its sections may have
 * @throws DELTA_INVALID
 */
export async function* applyDifference(
  bases: readonly DifferenceBase[],
  difference: Bytes,
  size: number,
  allowed: AllowedSections = {},
): Bytes {
  const reader = new ByteReader(difference, () => deltaInvalid('it ends too early'));
  try {
    let missing = await readHeader(reader, bases);
    if (missing !== size) throw deltaInvalid(`it makes ${missing} bytes, and ${size} are needed`);
    const { mixed = Number.POSITIVE_INFINITY } = allowed;
    const left = { cost: allowedCost(size), mixed: Math.min(mixed, allowedMixing(size)) };
    while (missing > 0) {
      const section = await openSection(reader, bases, missing, left, allowed.transforms ?? transforms);
      missing -= section.newLength;
      yield* chunksOf(section.made);
    }
    if (!(await reader.atEnd())) throw deltaInvalid('bytes follow behind its end');
  } finally {
    await reader.close();
  }
}

/** What sections may have, if it is less than the format allows. */
export interface AllowedSections {
  readonly transforms?: readonly Transform[];
  /** Bytes of streams that are mixed, in all sections together. */
  readonly mixed?: number | undefined;
}

/** Returns how many bytes the difference makes. */
async function readHeader(reader: ByteReader, bases: readonly DifferenceBase[]): Promise<number> {
  await readMagic(reader, differenceMagic, 'a difference of version 1 does');
  const count = await readVarint(reader);
  if (count !== bases.length) throw deltaInvalid(`it was made for ${count} bases, not for ${bases.length}`);
  return readVarint(reader);
}

/** What a section makes; a piece is good only until the next one is asked for. */
interface OpenSection {
  readonly newLength: number;
  readonly made: Iterable<Uint8Array>;
}

/**
 * @param most bytes that are missing
 * @param left what this section and those behind it may cost, and how many bytes of their streams may be mixed: both are spent
 */
async function openSection(
  reader: ByteReader,
  bases: readonly DifferenceBase[],
  most: number,
  left: { cost: number; mixed: number },
  allowed: readonly Transform[],
): Promise<OpenSection> {
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
  left.mixed -= mixedLength(lengths);
  if (left.mixed < 0) throw deltaInvalid('more bytes of its streams are mixed than may be');
  const parts = await readParts(reader, lengths);
  const unpacked = unpackStreams(lengths, parts);
  const streams = byName(transformStreams[transform], (_, place) => unpacked[place] as Uint8Array);
  const pieces = decodePieces(streams.pieces, bases, baseLength);
  left.cost -= costOf(pieces, bases);
  if (left.cost < 0) throw deltaInvalid('its sections ask for more of the bases than they may');
  const leveller = levelsClasses(transform) ? new ClassLeveller() : undefined;
  const { bytes } = leveller?.begin(baseLength, newLength, streams) ?? {
    bytes: new Uint8Array(baseLength + newLength),
  };
  await readPieces(pieces, bases, bytes);
  const mixable = mixableStreams(transform, form, unpacked, lengths.mixed);
  const mixer = lengths.mixed.size === 0 ? undefined : new SectionMixer(mixable, parts.at(-1));
  const base = bytes.subarray(0, baseLength);
  mixer?.mixTransform(base);
  const classes =
    transform === 'units'
      ? unitClasses(mixer?.classes(base) ?? new PlainClassSource(streams), base, newLength)
      : undefined;
  mixer?.mixCovers();
  const filled = (length: number): FilledWindow => {
    const window = { bytes: bytes.subarray(0, baseLength + length), baseLength };
    const programs = predictsReferences(transform) && decodePrograms(streams.programs, baseLength, length);
    return new FilledWindow(window, steps(window, programs || undefined));
  };
  function* steps(window: Window, programs: Programs | undefined): Generator<number> {
    yield* coverSteps(window, streams, form, programs, mixer?.contents(window));
    mixer?.end();
  }
  if (leveller !== undefined) return { newLength, made: restoredClasses(leveller, streams, filled) };
  if (classes === undefined) return { newLength, made: filled(newLength).rest(baseLength) };
  return { newLength, made: amongOthers(classes, filled(newLength - classes.bytes.length)) };
}

function unitClasses(from: ClassSource, base: Uint8Array, newLength: number): JoinedClasses {
  const classes = joinClasses(base, newLength, from);
  from.end();
  return classes;
}
