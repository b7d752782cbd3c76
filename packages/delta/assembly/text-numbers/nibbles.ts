import { hashed } from '../byte-mixer/hash';
import { codedSymbol, frequencyBelow, total } from './range-coder';

/** Contexts of a symbol. */
const contextCount: i32 = 3;

/**
 * What is known of a context, 32 bytes: how often each symbol was below each, but for the first, in 2^15ths, 16 bits each. In place of the first are
 * eleven bits that tell whose they are, and in the low five how often they were seen.
 */
const slotLength: usize = 32;
const seenMask: u32 = 31;
const ownerMask: u32 = 0xffe0;

/** By times seen, which count up to 31: how fast is learned, as a shift; and how much what is known is worth, 0 to 3. */
const rates = memory.data<u8>([
  1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5,
]);
const worths = memory.data<u8>([
  0, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
]);

/** By symbol: what frequencies below symbols become in the end where only that one comes. */
const goals = memory.data(32 * 16, 16);

/** All symbols alike; and what each has in any case. */
const alike = memory.data(32, 16);
const floor = memory.data(32, 16);

/** Roles of symbols: their weights are apart. */
const roleCount: u32 = 8;

/** By role and worth of each context: three weights, 16 bits each. */
const sets = memory.data(8 * 64 * 8, 16);
const setLength: usize = 8;
const allWeights: i32 = 32_704;
const leastWeight: i32 = 256;

/** 32 bits for each context, and the places of their slots. */
const contexts = memory.data(16, 16);
const slots = memory.data(16, 16);

export function beginNibbles(): void {
  for (let symbol = 0; symbol < 16; symbol++)
    for (let other = 0; other < 16; other++)
      store<i16>(
        goals + 32 * <usize>symbol + 2 * <usize>other,
        <i16>(other <= symbol ? other : total - 1 - 16 + other),
      );
  for (let symbol = 0; symbol < 16; symbol++) {
    store<i16>(alike + 2 * <usize>symbol, <i16>(symbol << 11));
    store<i16>(floor + 2 * <usize>symbol, <i16>(symbol << 1));
  }
  for (let weight: u32 = 0; weight < 4 * 64 * roleCount; weight++)
    store<i16>(sets + 2 * <usize>weight, <i16>(allWeights / contextCount));
}

/** The first one is the least special: what is not known of another one is taken from the one before. */
export function setContexts(first: u32, second: u32, third: u32): void {
  store<u32>(contexts, first);
  store<u32>(contexts, second, 4);
  store<u32>(contexts, third, 8);
}

/** Bytes of tables with so many slots for each context, as a power of two. */
export function tablesLength(bits: u32): usize {
  return (<usize>contextCount * slotLength) << bits;
}

/**
 * The symbol that is coded, 0 to 15: `symbol` where it is written.
 * @param begun tells which symbols of a value are known
 */
export function codedNibble(symbol: i32, role: u32, begun: u32, tables: usize, bits: u32): i32 {
  const weights = sets + setLength * <usize>findSlots(role, begun, tables, bits);
  let first = v128.load(floor);
  let second = v128.load(floor, 16);
  for (let i = 0; i < contextCount; i++) {
    const slot = slotOf(i);
    const weight = i16x8.splat(load<i16>(weights + 2 * <usize>i));
    first = i16x8.add(first, i16x8.q15mulr_sat_s(v128.load(slot), weight));
    second = i16x8.add(second, i16x8.q15mulr_sat_s(v128.load(slot, 16), weight));
  }
  const coded = codedSymbol(symbol, i16x8.replace_lane(first, 0, 0), second);
  learnWeights(weights, coded, frequencyBelow(coded + 1) - frequencyBelow(coded));
  for (let i = 0; i < contextCount; i++) learn(slotOf(i), coded);
  return coded;
}

/** @returns the number of the set of weights */
function findSlots(role: u32, begun: u32, tables: usize, bits: u32): u32 {
  let set = role;
  let before = alike;
  for (let i = 0; i < contextCount; i++) {
    const own = hashed(load<u32>(contexts + 4 * <usize>i), begun);
    const slot = tables + slotLength * (((<usize>i) << bits) + (own >>> (32 - bits)));
    const owner = (own << 5) & ownerMask;
    const head: u32 = load<u16>(slot);
    if (head === 0 || (head & ownerMask) !== owner) {
      v128.store(slot, v128.load(before));
      v128.store(slot, v128.load(before, 16), 16);
      store<u16>(slot, owner);
    }
    store<u32>(slots + 4 * <usize>i, slot);
    set = (set << 2) | load<u8>(worths + (load<u16>(slot) & seenMask));
    before = slot;
  }
  return set;
}

function slotOf(context: i32): usize {
  return load<u32>(slots + 4 * <usize>context);
}

/** Who had expected the symbol more than all together did gets more weight; the last one has what is left. */
function learnWeights(weights: usize, symbol: i32, frequency: i32): void {
  const part: i64 = (1 << 24) / frequency;
  let left = allWeights;
  for (let i = 0; i < contextCount - 1; i++) {
    const weight: i32 = load<i16>(weights + 2 * <usize>i);
    const better = ((frequencyIn(slotOf(i), symbol) * part) >> 9) - total;
    const learned = weight + <i32>((weight * better) >> 20);
    const most = left - leastWeight * (contextCount - 1 - i);
    const kept = max(min(learned, most), leastWeight);
    store<i16>(weights + 2 * <usize>i, <i16>kept);
    left -= kept;
  }
  store<i16>(weights + 2 * <usize>(contextCount - 1), <i16>left);
}

function frequencyIn(slot: usize, symbol: i32): i64 {
  const place = slot + 2 * <usize>symbol;
  const start: i64 = symbol === 0 ? 0 : load<u16>(place);
  return (symbol === 15 ? total - 1 : <i64>load<u16>(place, 2)) - start;
}

function learn(slot: usize, symbol: i32): void {
  const head: u32 = load<u16>(slot);
  const seen = head & seenMask;
  const rate: i32 = load<u8>(rates + seen);
  const goal = goals + 32 * <usize>symbol;
  v128.store(slot, approach(v128.load(slot), v128.load(goal), rate));
  v128.store(slot, approach(v128.load(slot, 16), v128.load(goal, 16), rate), 16);
  store<u16>(slot, head + u32(seen < seenMask));
}

function approach(from: v128, goal: v128, rate: i32): v128 {
  return i16x8.add(from, i16x8.shr_s(i16x8.sub(goal, from), rate));
}
