import { type StreamKind, typedStreamNames } from '../class/typed-streams.ts';
import { mixableKinds } from '../class/typed-values.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import type { VarintReader, VarintWriter } from '../varint.ts';
import { nameStreams } from './name-codes.ts';

/** Streams of a section: those that names of classes are taken out to, one for each kind of values, and what is mixed. */
export const sectionStreams = nameStreams.length + typedStreamNames.length + 1;

/** A bit for each stream, the lowest of the first byte for the first. */
export function writeMixed(to: VarintWriter, mixed: ReadonlySet<StreamKind>): void {
  for (let first = 0; first < typedStreamNames.length; first += 8) {
    const eight = Array.from({ length: 8 }, (_, bit) => (mixed.has(first + bit) ? 1 << bit : 0));
    to.addByte(eight.reduce((all, one) => all | one));
  }
}

/** @throws DELTA_INVALID for a stream that is never mixed */
export function readMixed(from: VarintReader): ReadonlySet<StreamKind> {
  const bytes = from.take(Math.ceil(typedStreamNames.length / 8));
  const places = Array.from({ length: 8 * bytes.length }, (_, place) => place);
  const mixed = places.filter((place) => (((bytes[place >> 3] as number) >> (place & 7)) & 1) === 1);
  const odd = mixed.find((place) => !mixableKinds.has(place));
  if (odd !== undefined) throw deltaInvalid(`stream ${odd} of typed contents is mixed, which it never is`);
  return new Set(mixed);
}
