import { inputs } from './contexts';
import { limited, mostLogit } from './logistic';
import { fillWeights, learned, mistakeOf, scaled, sum } from './weights';

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
  const three = productsOfSets();
  v128.store(mixtures, three);
  result = limited(sum(scaled(three, v128.load(share))) >> 8);
  return result;
}

/** Of the inputs and each set, in one walk over all: a logit in each lane. */
function productsOfSets(): v128 {
  let one = i32x4.splat(0);
  let two = one;
  let three = one;
  for (let at: usize = 0; at < length; at += 16) {
    const input = v128.load(inputs + at);
    one = i32x4.add(one, scaled(input, v128.load(known + at)));
    two = i32x4.add(two, scaled(input, v128.load(bits + at)));
    three = i32x4.add(three, scaled(input, v128.load(nearby + at)));
  }
  const none = i32x4.splat(0);
  const first = i32x4.add(i32x4.shuffle(one, two, 0, 4, 1, 5), i32x4.shuffle(one, two, 2, 6, 3, 7));
  const second = i32x4.add(i32x4.shuffle(three, none, 0, 4, 1, 5), i32x4.shuffle(three, none, 2, 6, 3, 7));
  const sums = i32x4.add(i64x2.shuffle(first, second, 0, 2), i64x2.shuffle(first, second, 1, 3));
  const logits = i32x4.shr_s(sums, 8);
  return i32x4.max_s(i32x4.splat(-mostLogit), i32x4.min_s(i32x4.splat(mostLogit), logits));
}

/** Each set learns from its own mistake. */
export function learnMixture(bit: i32): void {
  const three = v128.load(mixtures);
  v128.store(share, learned(v128.load(share), three, mistakeOf(bit, result), shareLearning));
  const one = mistakeOf(bit, i32x4.extract_lane(three, 0));
  const two = mistakeOf(bit, i32x4.extract_lane(three, 1));
  const other = mistakeOf(bit, i32x4.extract_lane(three, 2));
  for (let at: usize = 0; at < length; at += 16) {
    const input = v128.load(inputs + at);
    v128.store(known + at, learned(v128.load(known + at), input, one, learning));
    v128.store(bits + at, learned(v128.load(bits + at), input, two, learning));
    v128.store(nearby + at, learned(v128.load(nearby + at), input, other, learning));
  }
}
