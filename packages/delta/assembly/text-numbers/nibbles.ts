import { hashed } from '../byte-mixer/hash';
import { codedSymbol, frequencyBelow, total } from './range-coder';

/**
 * What is known of a context, 32 bytes: how often each symbol was below each, but for the first, in 2^15ths, 16 bits each. In place of the first are
 * eleven bits that tell whose they are, and in the low five how often they were seen.
 */
const slotLength: usize = 32;
const seenMask: u32 = 31;
const ownerMask: u32 = 0xffe0;

/** By times seen, which count up to 31: how fast is learned, as a shift; and how much what is known is worth, 0 to 3. */
const rates = memory.data<u8>([
  1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5,
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

/** By role and worth of both contexts: the weight of the general one, 16 bits. The special one has what is left of all. */
const weights = memory.data(8 * 16 * 2, 16);
const allWeights: i32 = 32_704;
const leastWeight: i32 = 256;

/** What the slot of the general context knew of the symbol that is coded, with 0 below the first one, and what is below all. */
const general = memory.data(48, 16);

let generalContext: u32 = 0;
let specialContext: u32 = 0;

/** Whether the special context was known at the symbol before: of a value that it does not know it need not be asked for more. */
let knowsSpecial = true;

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
  store<u16>(general, total - 1, 32);
  for (let set: usize = 0; set < 16 * <usize>roleCount; set++)
    store<i16>(weights + 2 * set, <i16>(allWeights / 2));
}

/** Contexts of the symbols of a value. The general one comes often; what is not known of the special one is taken from it. */
export function setContexts(ofMany: u32, ofFew: u32): void {
  generalContext = ofMany;
  specialContext = ofFew;
  knowsSpecial = true;
}

/** Bytes of tables with so many slots for each context, as a power of two. */
export function tablesLength(bits: u32): usize {
  return (2 * slotLength) << bits;
}

/**
 * The symbol that is coded, 0 to 15: `symbol` where it is written. Memory is what it waits for: nothing is asked whether it is in a slot before its
 * bytes are on their way, and a slot is written as a whole.
 * @param begun tells which symbols of a value are known
 */
export function codedNibble(symbol: i32, role: u32, begun: u32, tables: usize, bits: u32): i32 {
  const shift = 32 - bits;
  const own = hashed(generalContext, begun);
  const slot = tables + slotLength * <usize>(own >>> shift);
  const seen = timesSeen(slot, own);
  const known = i16x8.splat(<i16>-i32(seen > 0));
  const first = v128.bitselect(v128.load(slot), v128.load(alike), known);
  const second = v128.bitselect(v128.load(slot, 16), v128.load(alike, 16), known);

  const ownSpecial = hashed(specialContext, begun);
  const special = tables + (((<usize>1) << bits) + <usize>(ownSpecial >>> shift)) * slotLength;
  const asksSpecial = knowsSpecial;
  let seenSpecial: u32 = 0;
  let firstSpecial = first;
  let secondSpecial = second;
  if (asksSpecial) {
    seenSpecial = timesSeen(special, ownSpecial);
    knowsSpecial = seenSpecial > 0;
    const knownSpecial = i16x8.splat(<i16>-i32(knowsSpecial));
    firstSpecial = v128.bitselect(v128.load(special), first, knownSpecial);
    secondSpecial = v128.bitselect(v128.load(special, 16), second, knownSpecial);
  }

  const set = (role << 4) | (worthOf(seen) << 2) | worthOf(seenSpecial);
  const place = weights + 2 * <usize>set;
  const weight: i32 = load<i16>(place);
  const coded = codedSymbol(
    symbol,
    i16x8.replace_lane(mixed(floor, first, firstSpecial, weight), 0, 0),
    mixed(floor + 16, second, secondSpecial, weight),
  );
  const goal = goals + 32 * <usize>coded;
  if (asksSpecial) {
    v128.store(general, i16x8.replace_lane(first, 0, 0));
    v128.store(general, second, 16);
    store<i16>(place, learnedWeight(weight, coded));
    learn(special, firstSpecial, secondSpecial, goal, ownSpecial, seenSpecial);
  }
  learn(slot, first, second, goal, own, seen);
  return coded;
}

/** 0 where the slot is another one's, or nobody's. */
function timesSeen(slot: usize, own: u32): u32 {
  const head: u32 = load<u16>(slot);
  return head & seenMask & -i32(((head ^ (own << 5)) & ownerMask) === 0);
}

function worthOf(seen: u32): u32 {
  return load<u8>(worths + seen);
}

function mixed(least: usize, some: v128, others: v128, weight: i32): v128 {
  return i16x8.add(
    v128.load(least),
    i16x8.add(
      i16x8.q15mulr_sat_s(some, i16x8.splat(<i16>weight)),
      i16x8.q15mulr_sat_s(others, i16x8.splat(<i16>(allWeights - weight))),
    ),
  );
}

/** Where the general context had expected the symbol more than both together did, it gets more weight. */
function learnedWeight(weight: i32, symbol: i32): i16 {
  const part: i64 = (1 << 24) / (frequencyBelow(symbol + 1) - frequencyBelow(symbol));
  const below = general + 2 * <usize>symbol;
  const frequency = <i64>load<u16>(below, 2) - <i64>load<u16>(below);
  const better = ((frequency * part) >> 9) - total;
  const learned = weight + <i32>((weight * better) >> 20);
  return <i16>max(min(learned, allWeights - leastWeight), leastWeight);
}

function learn(slot: usize, first: v128, second: v128, goal: usize, own: u32, seen: u32): void {
  const rate: i32 = load<u8>(rates + seen);
  const head = ((own << 5) & ownerMask) | (seen + u32(seen < seenMask));
  v128.store(slot, i16x8.replace_lane(approached(first, v128.load(goal), rate), 0, <i16>head));
  v128.store(slot, approached(second, v128.load(goal, 16), rate), 16);
}

function approached(from: v128, goal: v128, rate: i32): v128 {
  return i16x8.add(from, i16x8.shr_s(i16x8.sub(goal, from), rate));
}
