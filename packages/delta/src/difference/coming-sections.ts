import type { ByteReader } from '@block-pack/core';
import { allowedMixing } from './allowance.ts';
import { deltaInvalid } from './delta-invalid.ts';
import { type MadeEarly, type PackedEarly, readEarly } from './early-streams.ts';
import type { EarlyThreads } from './early-threads.ts';
import { mixedLength, readParts } from './packing.ts';
import { readMagic } from './read-magic.ts';
import { readVarint } from './read-varint.ts';
import {
  decodeSectionHeader,
  headerLimit,
  type SectionHeader,
  type Transform,
  transforms,
} from './section.ts';
import { differenceMagic } from './write-difference.ts';

/** What sections may have, if it is less than the format allows. */
export interface AllowedSections {
  readonly transforms?: readonly Transform[];
  /** Bytes of streams that are mixed, in all sections together. */
  readonly mixed?: number | undefined;
}

export interface DifferenceHead {
  /** Of bases. */
  readonly count: number;
  /** Bytes that the difference makes. */
  readonly size: number;
}

/** @throws DELTA_INVALID */
export async function readHead(reader: ByteReader): Promise<DifferenceHead> {
  await readMagic(reader, differenceMagic, 'a difference of version 1 does');
  return { count: await readVarint(reader), size: await readVarint(reader) };
}

/** Early streams of a section, if it has any. Each method throws DELTA_INVALID where another thread found, or this one finds, that they are damaged. */
export interface ComingEarly {
  /** Those that the transform needs. */
  ofTransform(): Promise<MadeEarly>;
  all(): Promise<MadeEarly>;
}

/** A section whose turn has not come. */
export interface ComingSection {
  readonly header: SectionHeader;
  readonly parts: readonly Uint8Array[];
  readonly early: ComingEarly;
}

/**
 * The sections of a difference, read as they are asked for. Other threads begin with their early streams at once.
 * @throws DELTA_INVALID for a section that has what is not allowed
 */
export async function* comingSections(
  reader: ByteReader,
  head: Promise<DifferenceHead>,
  { transforms: allowed = transforms, mixed = Number.POSITIVE_INFINITY }: AllowedSections,
  threads: EarlyThreads,
): AsyncGenerator<ComingSection, undefined> {
  const { size } = await head;
  let mixedLeft = Math.min(mixed, allowedMixing(size));
  for (let missing = size; missing > 0; ) {
    const header = await readSectionHeader(reader);
    const { transform, newLength, streams } = header;
    if (!allowed.includes(transform))
      throw deltaInvalid(`a section has the transform ${transform}, which its encoding does not allow`);
    if (newLength > missing)
      throw deltaInvalid(`a section makes ${newLength} bytes where ${missing} are missing`);
    mixedLeft -= mixedLength(streams);
    if (mixedLeft < 0) throw deltaInvalid('more bytes of its streams are mixed than may be');
    missing -= newLength;
    const parts = await readParts(reader, streams);
    yield { header, parts, early: comingEarly(header, parts, threads) };
  }
}

function comingEarly(
  { transform, form, streams: lengths }: SectionHeader,
  parts: readonly Uint8Array[],
  threads: EarlyThreads,
): ComingEarly {
  const packed = parts.at(-2);
  if (lengths.early.size === 0 || packed === undefined) return noEarly;
  const early: PackedEarly = { transform, form, lengths, packed };
  const steps = threads.read(early);
  let here: MadeEarly | undefined;
  const allHere = (): MadeEarly => {
    for (const made of here === undefined ? readEarly(early) : []) here = made;
    return here ?? [];
  };
  return {
    ofTransform: async () => (await steps.ofTransform) ?? allHere(),
    all: async () => (await steps.all) ?? allHere(),
  };
}

const noEarly: ComingEarly = { ofTransform: async () => [], all: async () => [] };

async function readSectionHeader(reader: ByteReader): Promise<SectionHeader> {
  const length = await readVarint(reader);
  if (length > headerLimit) throw deltaInvalid(`a section's header has ${length} bytes`);
  return decodeSectionHeader(await reader.take(length));
}
