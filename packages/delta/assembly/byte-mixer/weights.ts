import { limited, squashed } from './logistic';

/** Weights stay where no product leaves 32 bits. */
const mostWeight: i32 = (1 << 20) - 1;

/** @param length in bytes, a multiple of 16 */
export function fillWeights(from: usize, length: usize, value: i32): void {
  for (let at = from; at < from + length; at += 16) v128.store(at, i32x4.splat(value));
}

/** The logit that factors, which are logits as well, have together. */
export function product(factors: usize, weights: usize, length: usize): i32 {
  let sum = i32x4.splat(0);
  for (let at: usize = 0; at < length; at += 16) {
    const each = i32x4.mul(v128.load(factors + at), v128.load(weights + at));
    sum = i32x4.add(sum, i32x4.shr_s(each, 8));
  }
  const pairs = i32x4.add(sum, i64x2.shuffle(sum, sum, 1, 0));
  return limited((i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1)) >> 8);
}

/** How far a logit was from the bit that came, in 2^16ths. */
export function mistakeOf(bit: i32, logit: i32): i32 {
  return (bit << 16) - squashed(logit);
}

/** @param shift how little is learned of a mistake */
export function learn(factors: usize, weights: usize, length: usize, mistake: i32, shift: i32): void {
  const most = i32x4.splat(mostWeight);
  const least = i32x4.splat(-mostWeight);
  const half = i32x4.splat(1 << (shift - 1));
  const factor = i32x4.splat(mistake);
  for (let at: usize = 0; at < length; at += 16) {
    const change = i32x4.shr_s(i32x4.add(i32x4.mul(v128.load(factors + at), factor), half), shift);
    const weight = i32x4.add(v128.load(weights + at), change);
    v128.store(weights + at, i32x4.min_s(most, i32x4.max_s(least, weight)));
  }
}
