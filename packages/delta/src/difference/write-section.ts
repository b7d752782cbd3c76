import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { concat } from '@block-pack/core';
import { VarintWriter } from '../varint.ts';
import type { Cover, Window } from './cover.ts';
import { match } from './match.ts';
import { packStreams } from './packing.ts';
import { EitherSearch, RepeatSearch } from './repeat-search.ts';
import { encodeSectionHeader, streamLimit } from './section.ts';
import { type CoverStreams, type DifferenceForm, differenceForms, writeStreams } from './streams.ts';
import { SuffixSearch } from './suffix-search.ts';

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

/** A way of matching: in the base alone, or also in what the new bytes repeat of themselves; from which threshold on. */
type Way = readonly ['base' | 'either', number];

/** The best way is known when it was tried. What takes long is tried in the two ways that were best for its like. */
const ways = {
  short: [
    ['either', 12],
    ['either', 16],
    ['either', 24],
    ['either', 32],
    ['base', 12],
    ['base', 16],
    ['base', 24],
  ],
  text: [
    ['either', 32],
    ['either', 16],
  ],
  // Class files like many covers; native code fewer, and it does not repeat itself.
  binary: [
    ['either', 12],
    ['base', 24],
  ],
} as const satisfies Record<string, readonly Way[]>;

/** Bytes of a window up to which all ways are tried. */
const shortWindow = 8 << 20;

function* coversOf(window: Window): Iterable<readonly Cover[]> {
  if (window.baseLength === 0) {
    yield match(window, new RepeatSearch(window), 32);
    return;
  }
  const base = new SuffixSearch(window);
  const kind = window.bytes.length <= shortWindow ? 'short' : isText(window) ? 'text' : 'binary';
  for (const [where, threshold] of ways[kind]) {
    const search = where === 'base' ? base : new EitherSearch(base, new RepeatSearch(window));
    yield match(window, search, threshold);
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
  const sizes = Object.values(streams)
    .filter(({ length }) => length > 0)
    .map(async (stream) => (await compress(stream, { params })).length);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function totalLength(streams: CoverStreams): number {
  return Object.values(streams).reduce((sum, { length }) => sum + length, 0);
}
