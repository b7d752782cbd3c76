import type { BitCoder } from './bit-coder.ts';
import { afterOne, afterZero, BitHistories, secondHalf } from './bit-histories.ts';
import { squashed, stretched } from './logistic.ts';

/** Most contexts that a byte may have. */
export const mostContexts = 10;

/** A prediction for each context, one for the expected byte, and one that is always the same. */
const mostInputs = mostContexts + 2;

/** Weights are in 2^16ths. Of up to a dozen predictions that mostly agree, each counts for less than a fifth. */
const firstWeight = 11_500;

/** How much a weight learns of a mistake, as a shift. */
const learning = 14;

/** Lengths of runs in which what was expected came, that are told apart. */
const runLengths = 64;

/** Times that what follows a history was seen, from which on the rate of learning stays. */
const steadyAfter = 255;

/** By these times: the part, in 2^16ths, of a mistake that is learned. */
const rates = Int32Array.from({ length: steadyAfter + 1 }, (_, seen) => Math.floor(131_072 / (2 * seen + 6)));

/**
 * Codes bytes, bit by bit, as several predictions have them, each of which counts for as much as it was right before: a context is what
 * was the same when a byte came. All in integers, so that every engine predicts the same: part of the format.
 */
export class ByteMixer {
  /** What the next byte is predicted from: to be set before it is coded. */
  readonly contexts = new Int32Array(mostContexts);
  readonly #coder: BitCoder;
  readonly #histories: BitHistories;
  readonly #kinds: number;
  /** By context, kind and history: how likely a 1 is then, in 2^16ths, and how often that was seen. */
  readonly #ones: Uint16Array;
  readonly #seen: Uint8Array;
  /** By kind and run length: how likely the expected bit is. */
  readonly #hits: Uint16Array;
  /** Weights by kind, the longest context that is known and whether a byte is expected; and by kind and the bits before. */
  readonly #byContext: Int32Array;
  readonly #byBits: Int32Array;
  readonly #slots = new Int32Array(mostContexts);
  readonly #cases = new Int32Array(mostContexts);
  readonly #inputs = new Int32Array(mostInputs);

  /**
   * @param kinds of bytes
   * @param bits of the length of its table of histories
   */
  constructor(coder: BitCoder, kinds: number, bits: number) {
    this.#coder = coder;
    this.#kinds = kinds;
    this.#histories = new BitHistories(bits);
    this.#ones = new Uint16Array(mostContexts * kinds * 256);
    for (let at = 0; at < this.#ones.length; at++) this.#ones[at] = firstGuess(at & 0xff);
    this.#seen = new Uint8Array(this.#ones.length);
    this.#hits = new Uint16Array(kinds * runLengths);
    for (let at = 0; at < this.#hits.length; at++)
      this.#hits[at] = 65_535 - Math.floor(65_535 / ((at % runLengths) + 3));
    this.#byContext = new Int32Array(kinds * 16 * mostInputs).fill(firstWeight);
    this.#byBits = new Int32Array(kinds * 256 * mostInputs).fill(firstWeight);
  }

  /**
   * The byte that is coded: `byte` where it is written.
   * @param count of contexts; bytes of one kind always have as many
   * @param expected a byte that it might be, or -1
   * @param run how many bytes before were as expected
   */
  code(byte: number, kind: number, count: number, expected: number, run: number): number {
    const hit = kind * runLengths + Math.min(run, runLengths - 1);
    let begun = 1;
    for (let left = 7; left >= 0; left--) {
      if (left === 7 || left === 3) this.#findSlots(count, left === 7 ? 0 : begun);
      const node = left >= 4 ? begun : (1 << (3 - left)) | (begun & ((1 << (3 - left)) - 1));
      const isExpected = expected >= 0 && (expected | 0x100) >> (left + 1) === begun;
      const expectedBit = isExpected ? (expected >> left) & 1 : -1;
      const known = this.#predict(kind, count, node, expectedBit, hit);
      const set = (kind * 16 + Math.min(known, 7) * 2 + (isExpected ? 1 : 0)) * mostInputs;
      const bit = this.#mix((byte >> left) & 1, count + 2, set, ((kind << 8) | begun) * mostInputs);
      this.#learn(bit, count, node, expectedBit, hit);
      begun = (begun << 1) | bit;
    }
    return begun & 0xff;
  }

  #findSlots(count: number, begun: number): void {
    for (let i = 0; i < count; i++) {
      const context = this.contexts[i] as number;
      this.#slots[i] = this.#histories.slotOf(begun === 0 ? context : secondHalf(context, begun));
    }
  }

  /** Sets the inputs; returns how many contexts there are up to the last one that something is known of. */
  #predict(kind: number, count: number, node: number, expectedBit: number, hit: number): number {
    const slots = this.#slots;
    const cases = this.#cases;
    const inputs = this.#inputs;
    const ones = this.#ones;
    const kinds = this.#kinds;
    const { bytes } = this.#histories;
    let known = 0;
    for (let i = 0; i < count; i++) {
      const history = bytes[(slots[i] as number) + node] as number;
      const at = ((i * kinds + kind) << 8) | history;
      cases[i] = at;
      inputs[i] = history === 0 ? 0 : (stretched[(ones[at] as number) >> 4] as number);
      if (history !== 0) known = i + 1;
    }
    const logit = expectedBit < 0 ? 0 : (stretched[(this.#hits[hit] as number) >> 4] as number);
    inputs[count] = expectedBit === 0 ? -logit : logit;
    inputs[count + 1] = 256;
    return known;
  }

  /** Codes a bit as the mean of two mixtures has it; each learns from its own mistake. */
  #mix(bit: number, count: number, first: number, second: number): number {
    const inputs = this.#inputs;
    const byContext = this.#byContext;
    const byBits = this.#byBits;
    let one = 0;
    let other = 0;
    for (let i = 0; i < count; i++) {
      const input = inputs[i] as number;
      one += Math.imul(input, byContext[first + i] as number) >> 8;
      other += Math.imul(input, byBits[second + i] as number) >> 8;
    }
    one = limited(one >> 8);
    other = limited(other >> 8);
    const coded = this.#coder.code(bit, squashed[((one + other) >> 1) + 2048] as number);
    const oneMistake = (coded << 16) - (squashed[one + 2048] as number);
    const otherMistake = (coded << 16) - (squashed[other + 2048] as number);
    for (let i = 0; i < count; i++) {
      const input = inputs[i] as number;
      if (input === 0) continue;
      adjust(byContext, first + i, Math.imul(input, oneMistake));
      adjust(byBits, second + i, Math.imul(input, otherMistake));
    }
    return coded;
  }

  #learn(bit: number, count: number, node: number, expectedBit: number, hit: number): void {
    const slots = this.#slots;
    const cases = this.#cases;
    const ones = this.#ones;
    const seen = this.#seen;
    const { bytes } = this.#histories;
    const goal = bit === 1 ? 65_535 : 0;
    const later = bit === 1 ? afterOne : afterZero;
    for (let i = 0; i < count; i++) {
      const at = cases[i] as number;
      const times = seen[at] as number;
      const one = ones[at] as number;
      ones[at] = one + (Math.imul(goal - one, rates[times] as number) >> 16);
      if (times < steadyAfter) seen[at] = times + 1;
      const place = (slots[i] as number) + node;
      bytes[place] = later[bytes[place] as number] as number;
    }
    if (expectedBit < 0) return;
    const likely = this.#hits[hit] as number;
    this.#hits[hit] = likely + (((expectedBit === bit ? 65_535 : 0) - likely) >> 6);
  }
}

/** How likely a 1 is after so many zeros and ones, in 2^16ths, until it is seen. */
function firstGuess(history: number): number {
  const [zeros, ones] = [history >> 4, history & 15];
  return Math.floor((65_535 * (5 * ones + 4)) / (5 * (zeros + ones) + 8));
}

function limited(logit: number): number {
  return Math.max(-2047, Math.min(2047, logit));
}

/** Weights stay where no product leaves 32 bits. */
const mostWeight = (1 << 20) - 1;

function adjust(weights: Int32Array, at: number, change: number): void {
  const weight = (weights[at] as number) + ((change + (1 << (learning - 1))) >> learning);
  weights[at] = Math.max(-mostWeight, Math.min(mostWeight, weight));
}
