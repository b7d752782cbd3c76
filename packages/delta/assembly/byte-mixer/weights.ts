import { squashed } from './logistic';

/** Weights stay where no product leaves 32 bits. */
const mostWeight: i32 = (1 << 20) - 1;

/** @param length in bytes, a multiple of 16 */
export function fillWeights(from: usize, length: usize, value: i32): void {
  for (let at = from; at < from + length; at += 16) v128.store(at, i32x4.splat(value));
}

/** Logits, each by its weight. */
export function scaled(factors: v128, weights: v128): v128 {
  return i32x4.shr_s(i32x4.mul(factors, weights), 8);
}

export function sum(lanes: v128): i32 {
  const pairs = i32x4.add(lanes, i64x2.shuffle(lanes, lanes, 1, 0));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}

/** How far a logit was from the bit that came, in 2^16ths. */
export function mistakeOf(bit: i32, logit: i32): i32 {
  return (bit << 16) - squashed(logit);
}

/** Weights that have learned; the less, the greater `shift` is. */
export function learned(weights: v128, factors: v128, mistake: i32, shift: i32): v128 {
  const product = i32x4.mul(factors, i32x4.splat(mistake));
  const change = i32x4.shr_s(i32x4.add(product, i32x4.splat(1 << (shift - 1))), shift);
  const most = i32x4.min_s(i32x4.splat(mostWeight), i32x4.add(weights, change));
  return i32x4.max_s(i32x4.splat(-mostWeight), most);
}
