import { beginCoding, codedBit, isUsedUp } from '../byte-mixer/bit-coder';
import { beginExpecting, expectation, learnExpected, trust } from '../byte-mixer/expected-bytes';
import { beginLogistic, limited } from '../byte-mixer/logistic';
import { beginRefining, learnRefined, refined } from '../byte-mixer/refinement';
import { fillWeights, learned, mistakeOf, scaled, sum } from '../byte-mixer/weights';
import { beginLikelihoods, findSlots, learnLikelihoods, predict } from './likelihoods';
import { beginPast, expected, mostKinds, pass, run, setContexts } from './past';

export { beginReading, endWriting, packedLength, packedPlace, takePacked } from '../byte-mixer/bit-coder';
export { pass, passLead } from './past';

/** Bits of a kind that are weighed, and refined, apart. */
const rolesOfKind: i32 = 64;

/** By kind, role and trust in what is expected: weights of the four contexts, of what is expected, of what is always the same, of nothing. */
const setLength: usize = 32;
const sets = memory.data(32 * 4 * 64 * 80, 16);

const firstWeight: i32 = 32_000;
const learning: i32 = 14;

/** Of the value that is coded. */
let kind: i32 = 0;

/**
 * Before the first value, and before a view of memory is made.
 * @param packed bytes that are read, to be put at `packedPlace`; -1 where values are written
 */
export function begin(packed: i32): void {
  beginLogistic();
  beginExpecting(mostKinds);
  beginRefining((mostKinds * rolesOfKind) >> 8);
  fillWeights(sets, setLength * 4 * rolesOfKind * mostKinds, firstWeight);
  beginCoding(beginPast(beginLikelihoods()), packed);
}

/**
 * The value that is coded: `value` where it is written. First how many bits it has, one by one; then those behind the first.
 * @returns -1 where the packed bytes are used up
 */
export function code(value: u32, valueKind: i32): f64 {
  kind = valueKind;
  setContexts(kind);
  const likely = expected(kind);
  const length = codedLength(32 - clz(value), likely);
  const coded = length < 2 ? <u32>length : codedRest(value, length, likely);
  pass(kind, coded);
  return isUsedUp() ? -1 : <f64>coded;
}

function codedLength(length: i32, likely: i32): i32 {
  const likelyLength = 32 - clz(likely);
  for (let bits = 0; bits < 32; bits++) {
    const node = bits % 7;
    if (node === 0) findSlots(bits);
    const likelyBit = likely < 0 || bits > likelyLength ? -1 : i32(likelyLength > bits);
    if (codedRole(i32(length > bits), 1 + node, min(bits, 31), likelyBit) === 0) return bits;
  }
  return 32;
}

function codedRest(value: u32, length: i32, likely: i32): u32 {
  const isLikely = likely >= 0 && 32 - clz(likely) === length;
  let begun: u32 = 1;
  let node = 8;
  for (let left = length - 2; left >= 0; left--) {
    if (node > 7) {
      findSlots((begun << 5) ^ (length << 26) ^ 0x15);
      node = 1;
    }
    const likelyBit = isLikely && <u32>likely >>> (left + 1) === begun ? (likely >>> left) & 1 : -1;
    const role = 32 + min(length, 15) + (left === length - 2 ? 0 : 16);
    const bit = codedRole((value >>> left) & 1, node, role, likelyBit);
    begun = (begun << 1) | bit;
    node = (node << 1) | bit;
  }
  return begun;
}

/** @param likely the bit that is expected, or -1 */
function codedRole(bit: i32, node: i32, role: i32, likely: i32): i32 {
  const told = predict(node);
  const other = i32x4.replace_lane(i32x4(0, 256, 0, 0), 0, expectation(kind, run, likely));
  const row = rolesOfKind * kind + role;
  const weights = sets + setLength * (4 * row + (likely < 0 ? 0 : trust(run)));
  const logit = limited(
    sum(i32x4.add(scaled(told, v128.load(weights)), scaled(other, v128.load(weights + 16)))) >> 8,
  );
  const coded = codedBit(bit, refined(logit, row >> 8, row & 0xff));
  const mistake = mistakeOf(coded, logit);
  v128.store(weights, learned(v128.load(weights), told, mistake, learning));
  v128.store(weights + 16, learned(v128.load(weights + 16), other, mistake, learning));
  learnRefined(coded);
  learnLikelihoods(coded, node);
  if (likely >= 0) learnExpected(likely === coded);
  return coded;
}
