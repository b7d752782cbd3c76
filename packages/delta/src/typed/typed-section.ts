import { textNumberKinds } from '../class/text-numbers.ts';
import { type StreamKind, typedStreamNames } from '../class/typed-streams.ts';
import { mixableKinds } from '../class/typed-values.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import type { VarintReader, VarintWriter } from '../varint.ts';
import { nameStreams } from './name-codes.ts';

/** The places of the streams that say names in texts: behind those of all kinds of values. */
export const nameKinds: readonly number[] = nameStreams.map((_, place) => typedStreamNames.length + place);

/** Streams of a section: one for each kind of values, those that say names, and what is mixed. */
export const sectionStreams = typedStreamNames.length + nameStreams.length + 1;

/** Which streams of a section are not packed by themselves. */
export interface CodedStreams {
  /** Those whose values the last stream has. */
  readonly mixed: ReadonlySet<StreamKind>;
  /** Those that are coded together, in a part of their own: the numbers of texts, or none. */
  readonly together: ReadonlySet<StreamKind>;
}

/** The bit behind those of all streams: the numbers of texts are coded together. */
const togetherBit = typedStreamNames.length;

/** A bit for each stream, the lowest of the first byte for the first, and one behind. */
export function writeCoded(to: VarintWriter, { mixed, together }: CodedStreams): void {
  const isSet = (bit: number) => (bit === togetherBit ? together.size > 0 : mixed.has(bit));
  for (let first = 0; first < typedStreamNames.length; first += 8) {
    const eight = Array.from({ length: 8 }, (_, bit) => (isSet(first + bit) ? 1 << bit : 0));
    to.addByte(eight.reduce((all, one) => all | one));
  }
}

/** @throws DELTA_INVALID for a stream that is never mixed */
export function readCoded(from: VarintReader): CodedStreams {
  const bytes = from.take(Math.ceil(typedStreamNames.length / 8));
  const bits = Array.from({ length: 8 * bytes.length }, (_, bit) => bit);
  const set = bits.filter((bit) => (((bytes[bit >> 3] as number) >> (bit & 7)) & 1) === 1);
  const mixed = set.filter((bit) => bit !== togetherBit);
  const odd = mixed.find((bit) => !mixableKinds.has(bit));
  if (odd !== undefined) throw deltaInvalid(`stream ${odd} of typed contents is mixed, which it never is`);
  const areTogether = mixed.length < set.length;
  if (areTogether && mixed.length > 0) throw deltaInvalid('a section has values that are mixed, and coded');
  return { mixed: new Set(mixed), together: new Set(areTogether ? textNumberKinds : []) };
}
