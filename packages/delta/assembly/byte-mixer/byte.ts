import { codedBit, isUsedUp } from './bit-coder';
import { around, contexts } from './contexts';
import { expectation, learnExpected, trust } from './expected-bytes';
import { hashedLanes } from './hash';
import { findSlots, learnHistories, predict } from './histories';
import { learnMixture, mixed } from './mixture';
import { learnRefined, refined } from './refinement';

/**
 * The byte that is coded: `byte` where it is written. Its contexts stand at `contextsPlace`.
 * @param count of contexts, at most 20; bytes of one kind always have as many
 * @param beside a byte by which predictions are weighted
 * @param expected a byte that it might be, or -1
 * @param run how many bytes before were as expected
 * @returns -1 where the packed bytes are used up
 */
export function code(byte: i32, kind: i32, count: i32, beside: i32, expected: i32, run: i32): i32 {
  let begun = 1;
  for (let left = 7; left >= 0; left--) {
    if ((left & 3) === 3) findSlots(count, begun);
    const isExpected = expected >= 0 && (expected | 0x100) >> (left + 1) === begun;
    const expectedBit = isExpected ? (expected >> left) & 1 : -1;
    // The place in a slot: 1 and the bits of the half byte that are known.
    const node = left >= 4 ? begun : (1 << (3 - left)) | (begun & ((1 << (3 - left)) - 1));
    const known = predict(kind, count, node, expectation(kind, run, expectedBit));
    const logit = mixed(kind, count, min(known, 7), isExpected ? trust(run) : 0, begun, beside);
    const bit = codedBit((byte >> left) & 1, refined(logit, kind, begun));
    learnMixture(bit);
    learnRefined(bit);
    learnHistories(bit, kind, count, node);
    if (isExpected) learnExpected(expectedBit === bit);
    begun = (begun << 1) | bit;
  }
  return isUsedUp() ? -1 : begun & 0xff;
}

/**
 * {@link code} of a byte without an expected one. What stands at `aroundPlace` makes its contexts: each of it beside `own`, which is one, too.
 * By the low byte of the first, predictions are weighed.
 * @param count of what stands around it, at most 19
 */
export function codeAround(byte: i32, kind: i32, own: i32, count: i32): i32 {
  store<i32>(contexts, own);
  hashAround(own + 1, count, contexts + 4);
  return code(byte, kind, count + 1, load<u8>(around), -1, 0);
}

/** {@link code} of a byte of a stream that might be `expected`, by what stands at `aroundPlace` and nothing else. */
export function codeExpected(byte: i32, stream: i32, kind: i32, count: i32, expected: i32, run: i32): i32 {
  hashAround(stream << 4, count, contexts);
  return code(byte, kind, count, load<u8>(around), expected, run);
}

/** Each beside a number of its own, from `first` on; up to three more than are asked for. */
function hashAround(first: i32, count: i32, to: usize): void {
  let own = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  for (let at: usize = 0; at < <usize>(4 * count); at += 16) {
    v128.store(to + at, hashedLanes(own, v128.load(around + at)));
    own = i32x4.add(own, i32x4.splat(4));
  }
}
