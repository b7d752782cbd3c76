import { concat } from '@block-pack/core';
import { VarintWriter } from '../varint.ts';
import type { Cover, Window } from './cover.ts';
import { Origins } from './origins.ts';

/** The streams of a section, in the order of the format. Each is packed for itself, because each is of its own kind. */
export const streamNames = [
  'pieces',
  'coverLengths',
  'literalLengths',
  'origins',
  'seeks',
  'differences',
  'values',
  'literals',
] as const;

export type StreamName = (typeof streamNames)[number];

export type Streams = Readonly<Record<StreamName, Uint8Array>>;

/** What covers become; the pieces are of the section. */
export type CoverStreams = Omit<Streams, 'pieces'>;

/**
 * How covered bytes that differ are written: as counts of agreeing bytes and, apart from them, differences (`split`); or both in one
 * stream by turns (`joined`), the smaller where differences have a rhythm, such as addresses in native code. The position is the id.
 */
export const differenceForms = ['split', 'joined'] as const;

export type DifferenceForm = (typeof differenceForms)[number];

/** @param expected what covered new bytes are expected to be; without it what they are copied from */
export function writeStreams(
  window: Window,
  covers: readonly Cover[],
  form: DifferenceForm,
  expected?: Uint8Array,
): CoverStreams {
  return {
    ...writePlaces(window, covers),
    ...writeDifferences(window, covers, form, expected),
    literals: literalsOf(window, covers),
  };
}

function writePlaces({ baseLength }: Window, covers: readonly Cover[]) {
  const [coverLengths, literalLengths, seeks] = [new VarintWriter(), new VarintWriter(), new VarintWriter()];
  const chosen = new Uint8Array(covers.length);
  const origins = new Origins();
  let at = baseLength;
  for (const [i, { target, source, length }] of covers.entries()) {
    const origin = origins.nearest(source);
    const seek = origins.seek(origin, source);
    literalLengths.add(target - at);
    coverLengths.add(length);
    chosen[i] = origin;
    seeks.addSigned(seek);
    origins.pass(origin, seek, source + length);
    at = target + length;
  }
  return {
    coverLengths: coverLengths.bytes(),
    literalLengths: literalLengths.bytes(),
    origins: chosen,
    seeks: seeks.bytes(),
  };
}

function writeDifferences(
  { bytes, baseLength }: Window,
  covers: readonly Cover[],
  form: DifferenceForm,
  expected: Uint8Array | undefined,
) {
  const copied = expected ?? bytes;
  const runs = new VarintWriter();
  const values = form === 'split' ? new VarintWriter() : runs;
  let run = 0;
  for (const { target, source, length } of covers) {
    const first = expected === undefined ? source : target - baseLength;
    for (let i = 0; i < length; i++) {
      const difference = ((bytes[target + i] as number) - (copied[first + i] as number)) & 0xff;
      if (difference === 0) {
        run++;
        continue;
      }
      runs.add(run);
      values.addByte(difference);
      run = 0;
    }
  }
  return { differences: runs.bytes(), values: form === 'split' ? values.bytes() : new Uint8Array() };
}

function literalsOf({ bytes, baseLength }: Window, covers: readonly Cover[]): Uint8Array {
  const literals: Uint8Array[] = [];
  let at = baseLength;
  for (const { target, length } of covers) {
    literals.push(bytes.subarray(at, target));
    at = target + length;
  }
  return concat([...literals, bytes.subarray(at)]);
}
