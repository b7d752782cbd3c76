import { inputs } from './contexts';
import { squashed } from './logistic';

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

/** Weights stay where no product leaves 32 bits. */
const mostWeight: i32 = (1 << 20) - 1;

/** What the last bit was predicted with: bytes of inputs, three sets, the shares of what these predicted, and the result. */
let length: usize = 0;
let known: usize = 0;
let bits: usize = 0;
let nearby: usize = 0;
let share: usize = 0;
let result: i32 = 0;

export function beginMixture(kinds: i32): void {
  fill(sets, setLength * setsOfKind * kinds, firstWeight);
  fill(shares, 16 * sharesOfKind * kinds, firstShare);
}

function fill(from: usize, length: usize, value: i32): void {
  for (let at = from; at < from + length; at += 16) v128.store(at, i32x4.splat(value));
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
  let one = i32x4.splat(0);
  let two = i32x4.splat(0);
  let three = i32x4.splat(0);
  for (let at: usize = 0; at < length; at += 16) {
    const input = v128.load(inputs + at);
    one = i32x4.add(one, products(input, known + at));
    two = i32x4.add(two, products(input, bits + at));
    three = i32x4.add(three, products(input, nearby + at));
  }
  const logits = logitsOf(one, two, three);
  v128.store(mixtures, logits);
  const none = i32x4.splat(0);
  result = i32x4.extract_lane(logitsOf(products(logits, share), none, none), 0);
  return result;
}

function products(factors: v128, weights: usize): v128 {
  return i32x4.shr_s(i32x4.mul(factors, v128.load(weights)), 8);
}

/** One of each sum of four. */
function logitsOf(one: v128, two: v128, three: v128): v128 {
  const none = i32x4.splat(0);
  const first = i32x4.add(i32x4.shuffle(one, two, 0, 4, 1, 5), i32x4.shuffle(one, two, 2, 6, 3, 7));
  const last = i32x4.add(i32x4.shuffle(three, none, 0, 4, 1, 5), i32x4.shuffle(three, none, 2, 6, 3, 7));
  const sums = i32x4.add(i32x4.shuffle(first, last, 0, 1, 4, 5), i32x4.shuffle(first, last, 2, 3, 6, 7));
  return i32x4.max_s(i32x4.splat(-2047), i32x4.min_s(i32x4.splat(2047), i32x4.shr_s(sums, 8)));
}

/** Each set learns from its own mistake. */
export function learnMixture(bit: i32): void {
  v128.store(share, learned(v128.load(mixtures), share, i32x4.splat(mistakeOf(bit, result)), shareLearning));
  const one = i32x4.splat(mistakeOf(bit, load<i32>(mixtures)));
  const two = i32x4.splat(mistakeOf(bit, load<i32>(mixtures + 4)));
  const three = i32x4.splat(mistakeOf(bit, load<i32>(mixtures + 8)));
  for (let at: usize = 0; at < length; at += 16) {
    const input = v128.load(inputs + at);
    v128.store(known + at, learned(input, known + at, one, learning));
    v128.store(bits + at, learned(input, bits + at, two, learning));
    v128.store(nearby + at, learned(input, nearby + at, three, learning));
  }
}

function mistakeOf(bit: i32, logit: i32): i32 {
  return (bit << 16) - squashed(logit);
}

function learned(factors: v128, weights: usize, mistake: v128, shift: i32): v128 {
  const half = i32x4.splat(1 << (shift - 1));
  const change = i32x4.shr_s(i32x4.add(i32x4.mul(factors, mistake), half), shift);
  const weight = i32x4.add(v128.load(weights), change);
  return i32x4.min_s(i32x4.splat(mostWeight), i32x4.max_s(i32x4.splat(-mostWeight), weight));
}
