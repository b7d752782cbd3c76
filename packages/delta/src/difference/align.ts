import { type RandomAccess, readRange } from '@block-pack/core';
import { anchorLength, rolled } from './anchor-hash.ts';

/** Anchors of one side: a million positions bound the memory, and are enough for a window of many megabytes. */
const anchorCount = 1 << 20;

/** Parts into which a window is divided while the best place for it is sought. */
const binsPerWindow = 8;

/**
 * For each part of the content, where in the base a window should begin to hold most of what the two share; undefined where they share nothing.
 * Known by anchors, which are positions that the bytes before them choose, the same ones in both. Memory: 32 MiB, whatever the size.
 */
export async function alignParts(
  base: RandomAccess,
  content: RandomAccess,
  partLength: number,
  windowLength: number,
): Promise<(number | undefined)[]> {
  const sparse = Math.max(0, Math.ceil(Math.log2(Math.max(base.size, content.size) / anchorCount)));
  const known = new UniqueAnchors(base.size / 2 ** sparse);
  await eachAnchor(base, sparse, (anchor) => known.add(anchor));
  const binLength = Math.ceil(windowLength / binsPerWindow);
  const parts = Array.from({ length: Math.ceil(content.size / partLength) }, () => ({
    shares: false,
    bins: new Uint32Array(Math.ceil(base.size / binLength)),
    // Of the votes in each bin together: how much further behind they are in the base.
    shifts: new Float64Array(Math.ceil(base.size / binLength)),
  }));
  await eachAnchor(content, sparse, (anchor) => {
    const part = parts[Math.floor((anchor.at - 1) / partLength)];
    const place = known.at(anchor);
    if (part === undefined || place === undefined) return;
    part.shares = true;
    if (place < 0) return;
    const bin = Math.floor((place - 1) / binLength);
    part.bins[bin] = (part.bins[bin] ?? 0) + 1;
    part.shifts[bin] = (part.shifts[bin] ?? 0) + place - anchor.at;
  });
  // What is not found exactly once goes on behind the part before it.
  let expected = base.size / parts.length / 2;
  return parts.map(({ shares, bins, shifts }, part) => {
    const most = mostVotes(bins, expected / binLength);
    let middle = expected;
    if (most !== undefined) {
      const [first, end] = most;
      const shift = sum(shifts.subarray(first, end)) / sum(bins.subarray(first, end));
      const [low, high] = [end * binLength - windowLength / 2, first * binLength + windowLength / 2];
      middle = Math.min(Math.max((part + 0.5) * partLength + shift, low), high);
    }
    expected = middle + partLength;
    const start = Math.round(middle - windowLength / 2);
    return shares ? Math.max(0, Math.min(base.size - windowLength, start)) : undefined;
  });
}

/** The first and behind the last of those {@link binsPerWindow} bins that have most votes together; of several, those whose middle is nearest to `expected`. */
function mostVotes(bins: Uint32Array, expected: number): [number, number] | undefined {
  let best: [number, number] | undefined;
  let least = Number.POSITIVE_INFINITY;
  let most = 1;
  let inside = 0;
  let first = 0;
  for (let end = 1; end <= bins.length; end++) {
    inside += (bins[end - 1] ?? 0) - (bins[end - 1 - binsPerWindow] ?? 0);
    if (bins[end - 1] === 0 || inside < most) continue;
    while (first < end - binsPerWindow || bins[first] === 0) first++;
    const distance = Math.abs((first + end) / 2 - expected);
    if (inside === most && distance >= least) continue;
    [best, least, most] = [[first, end], distance, inside];
  }
  return best;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

interface Anchor {
  /** Two hashes of the bytes that make it. */
  readonly key: number;
  readonly mark: number;
  /** Behind these bytes. */
  readonly at: number;
}

/** Steps from where an anchor belongs that one is looked for: bytes can be made whose anchors all belong to one place. */
const probeLimit = 32;

/** Positions by what makes them, in arrays of a fixed size: what finds no room is not kept, since bytes can be made of which every position is an anchor. */
class UniqueAnchors {
  readonly #keys: Int32Array;
  readonly #marks: Int32Array;
  /** 0 where there is none, below 0 where several have the same bytes. */
  readonly #places: Float64Array;

  /** @param expected as many as there should be */
  constructor(expected: number) {
    const slots = 2 ** Math.max(4, Math.ceil(Math.log2(expected + 1)) + 1);
    this.#keys = new Int32Array(slots);
    this.#marks = new Int32Array(slots);
    this.#places = new Float64Array(slots);
  }

  add(anchor: Anchor): void {
    const slot = this.#slot(anchor);
    if (slot === undefined) return;
    this.#places[slot] = this.#places[slot] === 0 ? anchor.at : -1;
    this.#keys[slot] = anchor.key;
    this.#marks[slot] = anchor.mark;
  }

  /** Below 0 where there are several; undefined where there is none. */
  at(anchor: Anchor): number | undefined {
    const slot = this.#slot(anchor);
    return slot === undefined || this.#places[slot] === 0 ? undefined : this.#places[slot];
  }

  /** Where the anchor is, or would be. */
  #slot({ key, mark }: Anchor): number | undefined {
    const last = this.#places.length - 1;
    const first = Math.imul(key ^ mark, 0x9e3779b1) >>> Math.clz32(last);
    for (let step = 0; step < probeLimit; step++) {
      const slot = (first + step) & last;
      const isFree = this.#places[slot] === 0;
      if (isFree || (this.#keys[slot] === key && this.#marks[slot] === mark)) return slot;
    }
    return undefined;
  }
}

const gears = Int32Array.from({ length: 256 }, (_, byte) => mix(byte + 1));

/**
 * One position in 2^`sparse`, chosen by the high bits of one rolling hash of the bytes before it and named by another: were they one, all names would
 * have those bits in common by which they were chosen.
 */
async function eachAnchor(
  source: RandomAccess,
  sparse: number,
  visit: (anchor: Anchor) => void,
): Promise<void> {
  const behind = new Uint8Array(anchorLength);
  const shift = 32 - sparse;
  let gear = 0;
  let key = 0;
  let at = 0;
  for await (const bytes of readRange(source)) {
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      gear = ((gear << 1) + (gears[byte] as number)) | 0;
      key = rolled(key, byte, behind[at % anchorLength] as number);
      behind[at % anchorLength] = byte;
      at++;
      if (at >= anchorLength && (sparse === 0 || gear >>> shift === 0)) visit({ key, mark: gear, at });
    }
  }
}

function mix(value: number): number {
  const once = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13) ^ 0x9e3779b9, 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}
