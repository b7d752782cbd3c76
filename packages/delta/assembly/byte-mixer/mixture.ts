import { inputs } from './contexts';
import { fillWeights, learn, mistakeOf, product } from './weights';

const setLength: usize = 96;

/** Sets of a kind: by the last context that is known and the trust in the expected byte; by the bits before; by the byte beside. */
const byKnown: i32 = 32;
const byBits: i32 = 256;
const setsOfKind: i32 = byKnown + 2 * byBits;
const sets = memory.data(96 * 544 * 32, 16);

/** Weights are in 2^16ths. Of up to a dozen predictions that mostly agree, each counts for less than a fifth. */
const firstWeight: i32 = 11_500;

/** What three sets predict is mixed by kind, trust and how many bits are before. */
const mixtures = memory.data(16, 16);
const sharesOfKind: i32 = 32;
const shares = memory.data(16 * 32 * 32, 16);
const firstShare: i32 = 21_845;

/** How much a weight learns of a mistake, as a shift. */
const learning: i32 = 14;
const shareLearning: i32 = 16;

/** What the last bit was predicted with: bytes of inputs, three sets, the shares of what these predicted, and the result. */
let length: usize = 0;
let known: usize = 0;
let bits: usize = 0;
let nearby: usize = 0;
let share: usize = 0;
let result: i32 = 0;

export function beginMixture(kinds: i32): void {
  fillWeights(sets, setLength * setsOfKind * kinds, firstWeight);
  fillWeights(shares, 16 * sharesOfKind * kinds, firstShare);
}

/**
 * The logit of the next bit.
 * @param certainty the last context that is known, below 8
 * @param trusted in the expected byte, below 4; 0 where none is expected
 * @param begun 1 and the bits of the byte that are known
 */
export function mixed(kind: i32, count: i32, certainty: i32, trusted: i32, begun: i32, beside: i32): i32 {
  const own = sets + setLength * setsOfKind * kind;
  length = 16 + 4 * ((count + 3) & ~3);
  known = own + setLength * (4 * certainty + trusted);
  bits = own + setLength * (byKnown + begun);
  nearby = own + setLength * (byKnown + byBits + beside);
  share = shares + 16 * (sharesOfKind * kind + 8 * trusted + 31 - clz(begun));
  let three = i32x4.splat(0);
  three = i32x4.replace_lane(three, 0, product(inputs, known, length));
  three = i32x4.replace_lane(three, 1, product(inputs, bits, length));
  three = i32x4.replace_lane(three, 2, product(inputs, nearby, length));
  v128.store(mixtures, three);
  result = product(mixtures, share, 16);
  return result;
}

/** Each set learns from its own mistake. */
export function learnMixture(bit: i32): void {
  learn(mixtures, share, 16, mistakeOf(bit, result), shareLearning);
  learn(inputs, known, length, mistakeOf(bit, load<i32>(mixtures)), learning);
  learn(inputs, bits, length, mistakeOf(bit, load<i32>(mixtures + 4)), learning);
  learn(inputs, nearby, length, mistakeOf(bit, load<i32>(mixtures + 8)), learning);
}
