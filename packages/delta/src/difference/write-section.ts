import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { concat } from '@block-pack/core';
import type { Cover, Window } from './cover.ts';
import { match } from './match.ts';
import { packStreams } from './packing.ts';
import { EitherSearch, RepeatSearch } from './repeat-search.ts';
import { encodeSectionHeader, streamLimit } from './section.ts';
import { type CoverStreams, type DifferenceForm, differenceForms, writeStreams } from './streams.ts';
import { SuffixSearch } from './suffix-search.ts';
import { VarintWriter } from './varint.ts';

/** One way to write the new bytes. */
interface Candidate {
  readonly form: DifferenceForm;
  readonly streams: CoverStreams;
}

/**
 * The smallest section that makes the new bytes of a window from its base.
 * @param pieces where the base comes from, encoded
 */
export async function writeSection(
  window: Window,
  pieces: Uint8Array,
  quality?: number,
): Promise<Uint8Array> {
  const { form, streams } = await smallest(window);
  const packed = await packStreams({ pieces, ...streams }, quality);
  const { bytes, baseLength } = window;
  const newLength = bytes.length - baseLength;
  const header = encodeSectionHeader({ transform: 'none', form, newLength, baseLength }, packed);
  const length = new VarintWriter();
  length.add(header.length);
  return concat([length.bytes(), header, ...packed.parts]);
}

async function smallest(window: Window): Promise<Candidate> {
  let best = literalsOnly(window);
  let least = await roughSize(best.streams);
  const limit = streamLimit(window.bytes.length - window.baseLength);
  for (const covers of coversOf(window)) {
    for (const form of differenceForms) {
      const streams = writeStreams(window, covers, form);
      if (totalLength(streams) > limit) continue;
      const size = await roughSize(streams);
      if (size >= least) continue;
      least = size;
      best = { form, streams };
    }
  }
  return best;
}

function literalsOnly(window: Window): Candidate {
  return { form: 'split', streams: writeStreams(window, [], 'split') };
}

/** Covers by each way of matching that may be the best. Text likes few covers, class files many; native code does not repeat itself. */
function* coversOf(window: Window): Iterable<readonly Cover[]> {
  if (window.baseLength === 0) {
    yield match(window, new RepeatSearch(window), 32);
    return;
  }
  const suffixes = new SuffixSearch(window);
  const either = (threshold: number) =>
    match(window, new EitherSearch(suffixes, new RepeatSearch(window)), threshold);
  if (isText(window)) {
    yield either(32);
    yield either(16);
  } else {
    yield either(12);
    yield match(window, suffixes, 24);
  }
}

/** One byte in this many tells text from other things. */
const sampleStep = 61;

/** Whether nearly all new bytes are ASCII text. */
function isText({ bytes, baseLength }: Window): boolean {
  let seen = 0;
  let plain = 0;
  for (let at = baseLength; at < bytes.length; at += sampleStep) {
    const byte = bytes[at] as number;
    seen++;
    if ((byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d)) plain++;
  }
  return plain >= seen * 0.9;
}

const compress = promisify(brotliCompress);

/** Orders candidates as their final sizes would, at a fraction of the time. */
const roughQuality = 5;

async function roughSize(streams: CoverStreams): Promise<number> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: roughQuality };
  const sizes = Object.values(streams).map(async (stream) => (await compress(stream, { params })).length);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function totalLength(streams: CoverStreams): number {
  return Object.values(streams).reduce((sum, { length }) => sum + length, 0);
}
