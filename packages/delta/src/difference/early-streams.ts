import { mixEarly } from '../mixing/section-mixer.ts';
import type { StreamLengths } from './packing.ts';
import { mixableStreams, type SectionHeader } from './section.ts';

/** Early streams of a section as they come: another thread can make them. */
export interface PackedEarly extends Pick<SectionHeader, 'transform' | 'form'> {
  readonly lengths: StreamLengths;
  readonly packed: Uint8Array;
}

/**
 * The early streams, each at its place among all.
 * @throws DELTA_INVALID
 */
export function readEarly({ transform, form, lengths, packed }: PackedEarly): Uint8Array[] {
  const { raw, mixed, early } = lengths;
  const streams = raw.map((length, place) => new Uint8Array(early.has(place) ? length : 0));
  mixEarly({ ...mixableStreams(transform, form, streams, mixed), early }, packed);
  return streams;
}
