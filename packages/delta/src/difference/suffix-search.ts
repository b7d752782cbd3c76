import type { Window } from './cover.ts';
import { type MatchSearch, shortestMatch } from './match.ts';
import { suffixArray } from './suffix-array.ts';

/** Long enough to be taken. What is longer is found by growing; comparing on would make periodic bytes quadratic. */
const longestComparison = 1 << 12;

const multiplier = 0x2c1b3c6d;

/** Finds the longest match there is in the base. Memory beside the window: up to 7 bytes for each byte of the base, 10 while it is made. */
export class SuffixSearch implements MatchSearch {
  matchSource = 0;
  compared = 0;
  readonly #bytes: Uint8Array;
  readonly #base: Uint8Array;
  readonly #order: Int32Array;
  readonly #pairStarts: Int32Array;
  readonly #seen: Uint8Array;
  readonly #seenMask: number;

  constructor({ bytes, baseLength }: Window) {
    const base = bytes.subarray(0, baseLength);
    this.#bytes = bytes;
    this.#base = base;
    this.#order = suffixArray(base);
    this.#pairStarts = pairStarts(base);
    const bits = Math.min(28, Math.max(16, 32 - Math.clz32(base.length * 8)));
    this.#seenMask = 2 ** bits - 1;
    this.#seen = new Uint8Array(2 ** bits / 8);
    this.#remember();
  }

  longest(at: number): number {
    const bytes = this.#bytes;
    if (at + shortestMatch > bytes.length || !this.#mayHave(at)) return 0;
    const base = this.#base;
    const order = this.#order;
    const limit = Math.min(longestComparison, bytes.length - at);
    const pair = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    let low = (this.#pairStarts[pair] as number) - 1;
    let high = this.#pairStarts[pair + 1] as number;
    let lowLength = 0;
    let highLength = 0;
    let best = 0;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      const source = order[middle] as number;
      const most = Math.min(limit, base.length - source);
      const start = Math.min(lowLength, highLength);
      let length = start;
      while (length < most && base[source + length] === bytes[at + length]) length++;
      this.compared += length - start + 8;
      if (length > best) {
        best = length;
        this.matchSource = source;
      }
      if (length === limit) break;
      if (
        source + length < base.length &&
        (base[source + length] as number) > (bytes[at + length] as number)
      ) {
        high = middle;
        highLength = length;
      } else {
        low = middle;
        lowLength = length;
      }
    }
    return best < shortestMatch ? 0 : best;
  }

  /** Notes which runs of {@link shortestMatch} bytes the base has. Most searches in new content end here, without touching the array. */
  #remember(): void {
    const base = this.#base;
    let hash = 0;
    for (let i = 0; i < base.length; i++) {
      hash = roll(hash, base, i, i >= shortestMatch);
      if (i < shortestMatch - 1) continue;
      const slot = finish(hash) & this.#seenMask;
      this.#seen[slot >>> 3] = (this.#seen[slot >>> 3] as number) | (1 << (slot & 7));
    }
  }

  #mayHave(at: number): boolean {
    const bytes = this.#bytes;
    let hash = 0;
    for (let i = at; i < at + shortestMatch; i++) hash = roll(hash, bytes, i, false);
    const slot = finish(hash) & this.#seenMask;
    return ((this.#seen[slot >>> 3] as number) & (1 << (slot & 7))) !== 0;
  }
}

const leaving = multiplierPower(shortestMatch);

/** Takes the byte at `at` into the hash of the run that ends there, and the one before the run out of it. */
function roll(hash: number, bytes: Uint8Array, at: number, full: boolean): number {
  const rolled = (Math.imul(hash, multiplier) + (bytes[at] as number) + 1) | 0;
  if (!full) return rolled;
  return (rolled - Math.imul((bytes[at - shortestMatch] as number) + 1, leaving)) | 0;
}

function finish(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}

function multiplierPower(exponent: number): number {
  let power = 1;
  for (let i = 0; i < exponent; i++) power = Math.imul(power, multiplier);
  return power;
}

/** For each pair of bytes, where in the suffix array the suffixes that begin with it do; one more for the end. */
function pairStarts(base: Uint8Array): Int32Array {
  const starts = new Int32Array(65537);
  for (let i = 0; i + 1 < base.length; i++) {
    const pair = ((base[i] as number) << 8) | (base[i + 1] as number);
    starts[pair + 1] = (starts[pair + 1] as number) + 1;
  }
  // The suffix of one byte has no pair; it stands before all others that begin with that byte.
  const last = base.at(-1);
  let sum = 0;
  for (let pair = 0; pair <= 65536; pair++) {
    sum += starts[pair] as number;
    if (last !== undefined && pair === last << 8) sum++;
    starts[pair] = sum;
  }
  return starts;
}
