import { earlySteps } from '../mixing/section-mixer.ts';
import type { StreamLengths } from './packing.ts';
import { mixableStreams, type SectionHeader } from './section.ts';

/** Early streams of a section as they come: another thread can make them. */
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
export function* readEarly({
  transform,
  form,
  lengths,
  packed,
}: PackedEarly): Generator<MadeEarly, undefined> {
  const { raw, mixed, early } = lengths;
  const streams = raw.map((length, place) => new Uint8Array(early.has(place) ? length : 0));
  const section = { ...mixableStreams(transform, form, streams, mixed), early };
  for (const made of earlySteps(section, packed))
    yield streams.map((stream, place) => (made.has(place) ? stream : none));
}

const none = new Uint8Array();
