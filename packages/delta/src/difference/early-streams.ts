import type { EarlyWalks } from '../mixing/early-walks.ts';
import { earlySteps, earlyWalks, type MixableStreams } from '../mixing/section-mixer.ts';
import type { StreamLengths } from './packing.ts';
import { mixableStreams, type SectionHeader } from './section.ts';

/** Early streams of a section as they come. */
export interface PackedEarly extends Pick<SectionHeader, 'transform' | 'form'> {
  readonly lengths: StreamLengths;
  readonly packed: Uint8Array;
}

/** Early streams that were made, each at its place among all; of others no bytes. */
export type MadeEarly = readonly Uint8Array[];

/**
 * The early streams in two steps: those that the transform needs, then all of them.
 * @throws DELTA_INVALID
 */
export function* readEarly(early: PackedEarly): Generator<MadeEarly, undefined> {
  const streams = lengthsOf(early).map((length) => new Uint8Array(length));
  for (const made of earlySteps(mixableOf(early, streams), early.packed))
    yield streams.map((stream, place) => (made.has(place) ? stream : none));
}

const none = new Uint8Array();

/** {@link readEarly} for another thread. */
export function walksOf(early: PackedEarly): EarlyWalks {
  return earlyWalks(mixableOf(early, []), lengthsOf(early), early.packed);
}

function lengthsOf({ lengths: { raw, early } }: PackedEarly): number[] {
  return raw.map((length, place) => (early.has(place) ? length : 0));
}

function mixableOf(
  { transform, form, lengths }: PackedEarly,
  streams: readonly Uint8Array[],
): MixableStreams {
  return { ...mixableStreams(transform, form, streams, lengths.mixed), early: lengths.early };
}
