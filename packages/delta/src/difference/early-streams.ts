import type { EarlyWalks } from '../mixing/early-walks.ts';
import { earlyWalks, type MixableStreams, mixEarly } from '../mixing/section-mixer.ts';
import type { StreamLengths } from './packing.ts';
import { mixableStreams, type SectionHeader } from './section.ts';

/** Early streams of a section as they come. */
export interface PackedEarly extends Pick<SectionHeader, 'transform' | 'form'> {
  readonly lengths: StreamLengths;
  readonly packed: Uint8Array;
}

/**
 * The early streams, each at its place among all.
 * @throws DELTA_INVALID
 */
export function readEarly(early: PackedEarly): Uint8Array[] {
  const streams = early.lengths.raw.map(
    (length, place) => new Uint8Array(early.lengths.early.has(place) ? length : 0),
  );
  mixEarly(mixableOf(early, streams), early.packed);
  return streams;
}

/** {@link readEarly} for another thread. */
export function walksOf(early: PackedEarly): EarlyWalks {
  const { raw, early: places } = early.lengths;
  const lengths = raw.map((length, place) => (places.has(place) ? length : 0));
  return earlyWalks(mixableOf(early, []), lengths, early.packed);
}

function mixableOf(
  { transform, form, lengths }: PackedEarly,
  streams: readonly Uint8Array[],
): MixableStreams {
  return { ...mixableStreams(transform, form, streams, lengths.mixed), early: lengths.early };
}
