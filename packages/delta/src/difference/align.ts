import { type RandomAccess, readRange } from '@block-pack/core';

/** Anchors of one side: a million positions bound the memory, and are enough for a window of many megabytes. */
const anchorCount = 1 << 20;

/** Bytes that make an anchor. */
const anchorLength = 32;

/** Parts into which a window is divided while the best place for it is sought. */
const binsPerWindow = 8;

/**
 * For each part of the content, where in the base a window should begin to hold most of what the two share: by anchors, which are
 * positions that the bytes before them choose, the same ones in both. Where nothing is shared, in proportion.
 */
export async function alignParts(
  base: RandomAccess,
  content: RandomAccess,
  partLength: number,
  windowLength: number,
): Promise<number[]> {
  const sparse = Math.max(0, Math.ceil(Math.log2(Math.max(base.size, content.size) / anchorCount)));
  const known = await uniqueAnchors(base, sparse);
  const binLength = Math.ceil(windowLength / binsPerWindow);
  const parts = Math.ceil(content.size / partLength);
  const votes = Array.from({ length: parts }, () => new Uint32Array(Math.ceil(base.size / binLength)));
  for await (const found of anchors(content, sparse)) {
    for (const { key, at } of found) {
      const place = known.get(key);
      const bins = votes[Math.floor((at - 1) / partLength)];
      if (place === undefined || place < 0 || bins === undefined) continue;
      const bin = Math.floor((place - 1) / binLength);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
  }
  const last = base.size - windowLength;
  return votes.map((bins, part) => {
    const inProportion = Math.round(((part + 0.5) / parts) * base.size - windowLength / 2);
    const start = bestStart(bins, inProportion / binLength) * binLength;
    return Math.max(0, Math.min(last, bins.some((count) => count > 0) ? start : inProportion));
  });
}

/** The first of {@link binsPerWindow} bins that have most votes together; of several such windows, that of the one nearest to the bin `expected`. */
function bestStart(bins: Uint32Array, expected: number): number {
  let best = 0;
  let most = 0;
  let inside = 0;
  for (let end = 0; end < bins.length; end++) {
    inside += (bins[end] ?? 0) - (bins[end - binsPerWindow] ?? 0);
    const start = Math.max(0, end - binsPerWindow + 1);
    const isNearer = Math.abs(start - expected) < Math.abs(best - expected);
    if (inside < most || (inside === most && !isNearer)) continue;
    most = inside;
    best = start;
  }
  return best;
}

/** Bytes can be made of which every position is an anchor: more than a few times the expected number is not kept. */
const anchorLimit = 4 * anchorCount;

/** Positions by key; below 0 where a key stands for several. */
async function uniqueAnchors(source: RandomAccess, sparse: number): Promise<Map<number, number>> {
  const known = new Map<number, number>();
  for await (const found of anchors(source, sparse)) {
    for (const { key, at } of found) {
      if (known.has(key)) known.set(key, -1);
      else if (known.size < anchorLimit) known.set(key, at);
    }
  }
  return known;
}

interface Anchor {
  readonly key: number;
  /** Behind the bytes that make it. */
  readonly at: number;
}

const multiplier = 0x2c1b3c6d;
const leaving = power(multiplier, anchorLength);
const gears = Int32Array.from({ length: 256 }, (_, byte) => mix(byte + 1));

/**
 * One position in 2^`sparse`, chosen by one rolling hash of the bytes before it and named by another: were they one, all names would
 * have those bits in common by which they were chosen. They come in lists, one for each stretch that is read.
 */
async function* anchors(source: RandomAccess, sparse: number): AsyncIterable<readonly Anchor[]> {
  const behind = new Uint8Array(anchorLength);
  const shift = 32 - sparse;
  let gear = 0;
  let key = 0;
  let at = 0;
  for await (const bytes of readRange(source)) {
    const found: Anchor[] = [];
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      gear = ((gear << 1) + (gears[byte] as number)) | 0;
      key = (Math.imul(key, multiplier) + byte - Math.imul(behind[at % anchorLength] as number, leaving)) | 0;
      behind[at % anchorLength] = byte;
      at++;
      if (at >= anchorLength && (sparse === 0 || gear >>> shift === 0)) found.push({ key, at });
    }
    yield found;
  }
}

function mix(value: number): number {
  const once = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13) ^ 0x9e3779b9, 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base);
  return result;
}
