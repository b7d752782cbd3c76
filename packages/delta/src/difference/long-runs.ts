import { anchorLength, rolled } from './anchor-hash.ts';
import type { Cover, Window } from './cover.ts';

/** Shorter runs are left to the close search, which finds them as well. Sixty anchors lie in one. */
const shortestRun = 1 << 14;

/** One position in so many is an anchor. */
const anchorStep = 256;

/**
 * Runs of new bytes that stand earlier in the window as they are, in the base or in new bytes: in their order, without overlaps. Most of a large file
 * that changed is such runs; they are found some hundred times faster than by a suffix array. Of several places, the first is taken. Memory: up to a
 * sixteenth of the window.
 */
export function longRuns(window: Window): Cover[] {
  const { bytes, baseLength } = window;
  if (bytes.length - baseLength < shortestRun) return [];
  const anchors = new Anchors(bytes);
  anchors.add(0, baseLength);
  const runs: Cover[] = [];
  let end = baseLength;
  let hash = 0;
  let hashed = 0;
  for (let at = baseLength; at + anchorLength <= bytes.length; ) {
    hash = hashed === at ? roll(hash, bytes, at + anchorLength - 1) : hashOf(bytes, at);
    hashed = at + 1;
    const source = anchors.at(hash);
    const ahead = source < 0 ? 0 : agreeing(bytes, at, source);
    if (ahead < anchorLength) {
      anchors.add(at, at + 1);
      at++;
      continue;
    }
    const before = agreeingBefore(bytes, at, source, end);
    at += ahead;
    if (before + ahead < shortestRun) continue;
    runs.push({ target: at - ahead - before, source: source - before, length: before + ahead });
    end = at;
  }
  return runs;
}

/** Positions by the hash of what stands there; of equal ones the first. */
class Anchors {
  readonly #bytes: Uint8Array;
  /** Positions and 1, or 0. */
  readonly #slots: Int32Array;
  readonly #shift: number;

  constructor(bytes: Uint8Array) {
    const bits = Math.max(4, 33 - Math.clz32(bytes.length / anchorStep));
    this.#bytes = bytes;
    this.#slots = new Int32Array(2 ** bits);
    this.#shift = 32 - bits;
  }

  /** Those from one position to before another. */
  add(from: number, to: number): void {
    for (let at = Math.ceil(from / anchorStep) * anchorStep; at < to; at += anchorStep) {
      if (at + anchorLength > this.#bytes.length) return;
      const slot = this.#slot(hashOf(this.#bytes, at));
      if (this.#slots[slot] === 0) this.#slots[slot] = at + 1;
    }
  }

  /** Below 0 where there is none. What stands at a position may be something else. */
  at(hash: number): number {
    return (this.#slots[this.#slot(hash)] as number) - 1;
  }

  #slot(hash: number): number {
    return Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> this.#shift;
  }
}

/** How many bytes from `at` on are those from `source` on. */
function agreeing(bytes: Uint8Array, at: number, source: number): number {
  let length = 0;
  while (at + length < bytes.length && bytes[at + length] === bytes[source + length]) length++;
  return length;
}

/** How many bytes before `at`, down to `end`, are those before `source`. */
function agreeingBefore(bytes: Uint8Array, at: number, source: number, end: number): number {
  const most = Math.min(at - end, source);
  let length = 0;
  while (length < most && bytes[at - length - 1] === bytes[source - length - 1]) length++;
  return length;
}

function hashOf(bytes: Uint8Array, at: number): number {
  let hash = 0;
  for (let i = at; i < at + anchorLength; i++) hash = rolled(hash, (bytes[i] as number) + 1, 0);
  return hash;
}

/** The hash of the run that ends at `last`, from that of the one before it. */
function roll(hash: number, bytes: Uint8Array, last: number): number {
  return rolled(hash, (bytes[last] as number) + 1, (bytes[last - anchorLength] as number) + 1);
}
