import type { Window } from './cover.ts';
import { type MatchSearch, shortestMatch } from './match.ts';

/** Candidates that are looked at for one position. More than 8 find 0.1 %. */
const chainLimit = 8;

/** Long enough to stop looking for a longer one. */
const goodLength = 1 << 12;

/**
 * Finds what new bytes repeat of those before them, as LZ77 does. Only positions that were asked for are known: what lies within a match
 * stands earlier anyway. Memory beside the window: 4 bytes for each new byte, and at most 16 MiB.
 */
export class RepeatSearch implements MatchSearch {
  matchSource = 0;
  compared = 0;
  readonly #bytes: Uint8Array;
  readonly #baseLength: number;
  readonly #heads: Int32Array;
  /** For each new position, the one before it with the same hash. */
  readonly #earlier: Int32Array;
  readonly #shift: number;

  constructor({ bytes, baseLength }: Window) {
    this.#bytes = bytes;
    this.#baseLength = baseLength;
    const bits = Math.min(22, Math.max(10, 32 - Math.clz32(bytes.length - baseLength)));
    this.#shift = 32 - bits;
    this.#heads = new Int32Array(2 ** bits).fill(-1);
    this.#earlier = new Int32Array(bytes.length - baseLength);
  }

  /** Of equally long matches, the nearest. */
  longest(at: number): number {
    const bytes = this.#bytes;
    if (at + shortestMatch > bytes.length) return 0;
    const limit = Math.min(goodLength, bytes.length - at);
    const slot = this.#slot(at);
    const nearest = this.#heads[slot] as number;
    let best = shortestMatch - 1;
    let candidate = nearest;
    for (let tried = 0; candidate >= 0 && tried < chainLimit && best < limit; tried++) {
      this.compared += 8;
      if (bytes[candidate + best] === bytes[at + best]) {
        let length = 0;
        while (length < limit && bytes[candidate + length] === bytes[at + length]) length++;
        this.compared += length;
        if (length > best) {
          best = length;
          this.matchSource = candidate;
        }
      }
      candidate = this.#earlier[candidate - this.#baseLength] as number;
    }
    this.#earlier[at - this.#baseLength] = nearest;
    this.#heads[slot] = at;
    return best < shortestMatch ? 0 : best;
  }

  /** A hash of the bytes that a match must have at least. */
  #slot(at: number): number {
    const bytes = this.#bytes;
    let hash = 0;
    for (let i = 0; i < shortestMatch; i += 4) {
      const word =
        (bytes[at + i] as number) |
        ((bytes[at + i + 1] as number) << 8) |
        ((bytes[at + i + 2] as number) << 16) |
        ((bytes[at + i + 3] as number) << 24);
      hash = Math.imul(hash ^ word ^ (hash >>> 15), 0x9e3779b1);
    }
    return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> this.#shift;
  }
}

/** The longer match of two searches; of equal ones, that of the first. */
export class EitherSearch implements MatchSearch {
  matchSource = 0;
  readonly #first: MatchSearch;
  readonly #second: MatchSearch;

  constructor(first: MatchSearch, second: MatchSearch) {
    this.#first = first;
    this.#second = second;
  }

  get compared(): number {
    return this.#first.compared + this.#second.compared;
  }

  longest(at: number): number {
    const first = this.#first.longest(at);
    const second = this.#second.longest(at);
    this.matchSource = (second > first ? this.#second : this.#first).matchSource;
    return Math.max(first, second);
  }
}
