import { beginCoding, codedBit, isUsedUp } from './bit-coder';
import { beginExpecting, expectation, learnExpected, trust } from './expected-bytes';
import { beginHistories, findSlots, learnHistories, predict } from './histories';
import { beginLogistic } from './logistic';
import { beginMixture, learnMixture, mixed } from './mixture';
import { beginRefining, learnRefined, refined } from './refinement';

export { beginReading, endWriting, packedLength, packedPlace, takePacked } from './bit-coder';
export { contextsPlace } from './contexts';

/**
 * Before the first byte of a section, and before a view of memory is made.
 * @param kinds of bytes, at most 32
 * @param tableBits of the length of the table of histories, at least 5
 * @param packed bytes that are read, to be put at `packedPlace`; -1 where bytes are written
 */
export function begin(kinds: i32, tableBits: i32, packed: i32): void {
  beginLogistic();
  beginMixture(kinds);
  beginExpecting(kinds);
  beginRefining(kinds);
  const end = beginHistories(kinds, tableBits);
  beginCoding(end, packed);
}

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
