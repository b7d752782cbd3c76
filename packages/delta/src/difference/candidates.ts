import { BlockPackError } from '@block-pack/core';
import { chooseRegions, type FoundPrograms } from '../native/choose-regions.ts';
import { expectedBytes } from '../native/expected-bytes.ts';
import { decodePrograms, encodePrograms, type Programs } from '../native/programs.ts';
import { applyCovers } from './apply-covers.ts';
import type { Cover, Window } from './cover.ts';
import { totalLength } from './packing.ts';
import { roughSize } from './rough-size.ts';
import { streamLimit } from './section.ts';
import { type CoverStreams, type DifferenceForm, differenceForms, writeStreams } from './streams.ts';
import { coversOf, type Way } from './ways-of-matching.ts';

/** One way to write the new bytes. */
export interface Candidate {
  readonly form: DifferenceForm;
  readonly streams: CoverStreams;
  /** Encoded, where references of native code are predicted. */
  readonly programs?: Uint8Array;
}

/** What is tried. */
export interface Attempts {
  /** Ways of matching; without them those for windows of this kind. */
  readonly among?: readonly Way[];
  readonly found?: FoundPrograms | undefined;
  /** Called now and then with what part of the search is done, less than 1. */
  readonly onPassed?: ((share: number) => void) | undefined;
}

/** The smallest candidate, and behind it those of other ways of matching that are nearly as small. */
export type Ranked = readonly [Sized, ...Sized[]];

/** What rough sizes do not tell: mixed, long literals come to less beside short covers than they say. */
const rivalShare = 1.04;
const mostRivals = 3;

/** Tries ways of matching, and each way of writing what they find. */
export async function smallest(window: Window, { among, found, onPassed }: Attempts = {}): Promise<Ranked> {
  const newLength = window.bytes.length - window.baseLength;
  const plain = await sized(literalsOnly(window));
  const isPacked = plain.size > newLength * packedShare;
  const limit = streamLimit(newLength);
  let ranked: Ranked = [plain];
  // Sizes are found by other threads while this one looks for the next covers.
  let waiting: Promise<readonly Sized[]> = Promise.resolve([]);
  let programs: Programs | undefined;
  for (const covers of coversOf(window, isPacked, among, onPassed)) {
    ranked = rankedWith(ranked, await waiting);
    programs ??= found && chooseRegions(window, found, covers);
    const all = [...candidates(window, covers), ...predicted(window, covers, programs)];
    waiting = Promise.all(
      all.filter(({ streams }) => totalLength(Object.values(streams)) <= limit).map(sized),
    );
  }
  return rankedWith(ranked, await waiting);
}

/** With the smallest candidate of one more way, if there is any. What is too large is not kept: it may have as many bytes as the window. */
function rankedWith(ranked: Ranked, more: readonly Sized[]): Ranked {
  // Those of one size are the same covers, found in several ways; of equally small ones the first comes first.
  const bySize = (one: Sized, other: Sized): number => one.size - other.size;
  const all = [...ranked, ...[...more].sort(bySize).slice(0, 1)].sort(bySize);
  const [first = ranked[0], ...others] = all.filter(({ size }, at) => size !== all[at - 1]?.size);
  return [first, ...others.filter(({ size }) => size <= first.size * rivalShare).slice(0, mostRivals)];
}

/** What hardly shrinks was packed before: it repeats nothing but whole files. */
const packedShare = 0.98;

function candidates(window: Window, covers: readonly Cover[], expected?: Uint8Array): Candidate[] {
  return differenceForms.map((form) => ({ form, streams: writeStreams(window, covers, form, expected) }));
}

/** With references predicted, if that comes back to the byte. */
function predicted(window: Window, covers: readonly Cover[], programs: Programs | undefined): Candidate[] {
  if (programs === undefined || programs.regions.length === 0) return [];
  const all = candidates(window, covers, expectedBytes(window, programs, covers));
  const encoded = encodePrograms(programs);
  return all.slice(0, 1).every((one) => comesBack(window, one, encoded))
    ? all.map((one) => ({ ...one, programs: encoded }))
    : [];
}

function comesBack(
  { bytes, baseLength }: Window,
  { streams, form }: Candidate,
  encoded: Uint8Array,
): boolean {
  const made = bytes.slice().fill(0, baseLength);
  try {
    const programs = decodePrograms(encoded, baseLength, bytes.length - baseLength);
    applyCovers({ bytes: made, baseLength }, streams, form, programs);
  } catch (error) {
    // Headers that lie may say more than a section can.
    if (error instanceof BlockPackError) return false;
    throw error;
  }
  return Buffer.compare(made, bytes) === 0;
}

export interface Sized {
  readonly candidate: Candidate;
  readonly size: number;
}

async function sized(candidate: Candidate): Promise<Sized> {
  return { candidate, size: await roughSize(streamsOf(candidate)) };
}

export function streamsOf({ streams, programs }: Candidate): Uint8Array[] {
  return [...Object.values(streams), ...(programs === undefined ? [] : [programs])];
}

function literalsOnly(window: Window): Candidate {
  return { form: 'split', streams: writeStreams(window, [], 'split') };
}
