import { contexts, inputs, mostContexts } from './contexts';
import { hashed } from './hash';
import { stretched } from './logistic';
import { reserve } from './memory';

/** What four bits can be begun with: 1, 2 to 3, 4 to 7, 8 to 15. The first byte of a slot tells whose it is. */
const slotLength: u32 = 16;

/** Times that what follows a history was seen, from which on the rate of learning stays. */
const steadyAfter: i32 = 255;

/** Places of the contexts' slots, for four bits; behind them those of slots where nothing came. */
const slots = memory.data(80, 16);

/** By the bit that comes and a history: what that becomes. */
const later = memory.data(512, 16);

/** By times seen: the part, in 2^16ths, of a mistake that is learned. */
const rates = memory.data(1024, 16);

/** By kind, context and history: how likely a 1 is then, in 2^16ths, in the high half; in the low one, how often that was seen. */
const guesses = memory.data(1024 * 20 * 32, 16);

/**
 * What came after contexts, for each bit of a half byte: how many zeros, in the high half of a byte, and ones, at most fifteen, of which the
 * other ones are forgotten when one comes. A context has a slot of its own until another one needs the place. Before the table is an empty slot.
 */
const empty: usize = (__heap_base + 63) & ~63;
const table: usize = empty + 64;
let mask: u32 = 0;

/** @returns where the table ends */
export function beginHistories(kinds: i32, bits: i32): usize {
  for (let seen = 0; seen <= steadyAfter; seen++) store<i32>(rates + 4 * seen, 131_072 / (2 * seen + 6));
  for (let history = 0; history < 256; history++) {
    const zeros = history >> 4;
    const ones = history & 15;
    store<u8>(later + history, <u8>((min(zeros + 1, 15) << 4) | forgotten(ones)));
    store<u8>(later + 256 + history, <u8>((forgotten(zeros) << 4) | min(ones + 1, 15)));
    store<u32>(guesses + 4 * history, firstGuess(zeros, ones) << 16);
  }
  for (let at: usize = 1; at < <usize>(mostContexts * kinds); at++)
    memory.copy(guesses + 1024 * at, guesses, 1024);
  const length: usize = (<usize>1) << bits;
  mask = (<u32>length - 1) & ~(slotLength - 1);
  const end = table + length;
  reserve(end);
  memory.fill(empty, 0, end - empty);
  return end;
}

function forgotten(times: i32): i32 {
  return times > 2 ? (times >> 1) + 1 : times;
}

/** How likely a 1 is, in 2^16ths, until it is seen. */
function firstGuess(zeros: i32, ones: i32): i32 {
  return (65_535 * (5 * ones + 4)) / (5 * (zeros + ones) + 8);
}

/** @param begun 1 before the first four bits, else with these behind it */
export function findSlots(count: i32, begun: i32): void {
  // All are looked at before any is looked into: so memory is waited for once, and not for each.
  let seen = 0;
  for (let i = 0; i < count; i++) {
    const context = load<u32>(contexts + 4 * i);
    const own = begun === 1 ? context : hashed(context, begun + 1000);
    store<u32>(slots + 4 * i, own);
    seen |= load<u8>(table + ((own >>> 4) & mask));
  }
  store<i32>(sink, seen);
  for (let i = 0; i < count; i++) store<usize>(slots + 4 * i, slotOf(load<u32>(slots + 4 * i)));
  for (let i = count; (i & 3) !== 0; i++) store<usize>(slots + 4 * i, empty);
}

const sink = memory.data(4, 4);

/** The place of a context's slot. Of two places the one that is less used is taken from its owner. */
function slotOf(context: u32): usize {
  const owner: u32 = (((context >>> 24) ^ ((context & 15) * 17)) & 0xff) | 1;
  const place = (context >>> 4) & mask;
  const first = table + place;
  if (load<u8>(first) === owner) return first;
  const other = table + (place ^ slotLength);
  if (load<u8>(other) === owner) return other;
  const taken = useOf(other) < useOf(first) ? other : first;
  v128.store(taken, i32x4.splat(0));
  store<u8>(taken, <u8>owner);
  return taken;
}

function useOf(slot: usize): u32 {
  const first: u32 = load<u8>(slot + 1);
  return (first & 15) + (first >>> 4);
}

/**
 * Sets the inputs.
 * @param expectation that of the expected byte
 * @returns how many contexts there are up to the last one that something is known of
 */
export function predict(kind: i32, count: i32, node: i32, expectation: i32): i32 {
  v128.store(inputs, i32x4.replace_lane(i32x4(0, 256, 0, 0), 0, expectation));
  let guess = guesses + 1024 * mostContexts * kind;
  let known = 0;
  // Four are stored as one: a vector that is read of four single stores would wait for all of them.
  for (let i = 0; i < count; i += 4) {
    const one = historyOf(i, node);
    const two = historyOf(i + 1, node);
    const three = historyOf(i + 2, node);
    const four = historyOf(i + 3, node);
    let together = i32x4.splat(inputOf(guess, one));
    together = i32x4.replace_lane(together, 1, inputOf(guess + 1024, two));
    together = i32x4.replace_lane(together, 2, inputOf(guess + 2048, three));
    together = i32x4.replace_lane(together, 3, inputOf(guess + 3072, four));
    v128.store(inputs + 16 + 4 * i, together);
    known |= (i32(one !== 0) | (i32(two !== 0) << 1) | (i32(three !== 0) << 2) | (i32(four !== 0) << 3)) << i;
    guess += 4096;
  }
  return 32 - clz(known);
}

function historyOf(context: i32, node: i32): i32 {
  return load<u8>(load<usize>(slots + 4 * context) + node);
}

/** Nothing where nothing came. */
function inputOf(guess: usize, history: i32): i32 {
  return select(stretched(load<u16>(guess + 4 * history + 2)), 0, history !== 0);
}

export function learnHistories(bit: i32, kind: i32, count: i32, node: i32): void {
  const goal = bit === 1 ? 65_535 : 0;
  const next = later + (bit << 8);
  let guess = guesses + 1024 * mostContexts * kind;
  for (let i = 0; i < count; i++) {
    const place = load<usize>(slots + 4 * i) + node;
    const history: i32 = load<u8>(place);
    store<u8>(place, load<u8>(next + history));
    learn(guess + 4 * history, goal);
    guess += 1024;
  }
}

function learn(guess: usize, goal: i32): void {
  const known = load<u32>(guess);
  const times: i32 = known & 0xffff;
  const likelihood: i32 = known >>> 16;
  const learned = likelihood + (((goal - likelihood) * load<i32>(rates + 4 * times)) >> 16);
  store<u32>(guess, (learned << 16) | (times + i32(times < steadyAfter)));
}
