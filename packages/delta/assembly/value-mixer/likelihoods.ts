import { hashed } from '../byte-mixer/hash';
import { stretched } from '../byte-mixer/logistic';
import { reserve } from '../byte-mixer/memory';

/** Contexts of a value: as many as a vector has lanes. */
export const contextCount: i32 = 4;

/** What is known of a context: a word that tells whose slot it is, and likelihoods of up to seven bits. */
const slotLength: u32 = 32;

/** Slots of each context, as a power of two. */
const slotBits: i32 = 14;
const tableLength: usize = slotLength << slotBits;

/** Times that a bit was seen, from which on the rate of learning stays. */
const steadyAfter: i32 = 255;

/** By times seen: the part, in 2^15ths, of a mistake that is learned; and how far a likelihood is to be trusted, in 256ths. */
const rates = memory.data(1024, 16);
const trusts = memory.data(1024, 16);

/** 32 bits for each context of a value, and the places of their slots. */
export const contexts = memory.data(16, 16);
const slots = memory.data(16, 16);

/**
 * A slot for each context and the bits before, until another one needs the place. A likelihood that a bit is 1, less a half, is in 2^22ths in the
 * high bits of a word; in the low ten, how often the bit was seen.
 */
const tables: usize = (__heap_base + 63) & ~63;

const half: i32 = 1 << 21;

/** @returns where the tables end */
export function beginLikelihoods(): usize {
  for (let seen = 0; seen <= steadyAfter; seen++) {
    store<i32>(rates + 4 * seen, 327_680 / (10 * seen + 16));
    store<i32>(trusts + 4 * seen, trustOf(seen));
  }
  const end = tables + tableLength * contextCount;
  reserve(end);
  memory.fill(tables, 0, end - tables);
  return end;
}

function trustOf(seen: i32): i32 {
  if (seen < 3) return seen === 0 ? 0 : 128 + 28 * seen;
  return seen > 30 ? 256 : 216;
}

/** @param begun tells which bits are known, unless they are in one slot */
export function findSlots(begun: u32): void {
  for (let i = 0; i < contextCount; i++) {
    const own = hashed(load<u32>(contexts + 4 * i), begun);
    const place = <u32>tables + <u32>tableLength * i + (own >>> (32 - slotBits)) * slotLength;
    const owner = own | 1;
    store<u32>(slots + 4 * i, place);
    if (load<u32>(place) === owner) continue;
    v128.store(place, i32x4.splat(0));
    v128.store(place + 16, i32x4.splat(0));
    store<u32>(place, owner);
  }
}

/** @param node the place of the bit in its slots, 1 to 7 */
export function predict(node: i32): v128 {
  let together = i32x4.splat(0);
  together = i32x4.replace_lane(together, 0, inputOf(0, node));
  together = i32x4.replace_lane(together, 1, inputOf(1, node));
  together = i32x4.replace_lane(together, 2, inputOf(2, node));
  return i32x4.replace_lane(together, 3, inputOf(3, node));
}

function placeOf(context: i32, node: i32): usize {
  return load<u32>(slots + 4 * context) + 4 * node;
}

function inputOf(context: i32, node: i32): i32 {
  const known = load<i32>(placeOf(context, node));
  return (stretched(((known >> 10) + half) >> 6) * load<i32>(trusts + 4 * (known & 0x3ff))) >> 8;
}

export function learnLikelihoods(bit: i32, node: i32): void {
  const goal = bit === 1 ? half - 1 : -half;
  for (let i = 0; i < contextCount; i++) {
    const place = placeOf(i, node);
    const known = load<i32>(place);
    const seen = known & 0x3ff;
    const likelihood = known >> 10;
    const learned = likelihood + ((((goal - likelihood) >> 6) * load<i32>(rates + 4 * seen)) >> 9);
    store<i32>(place, (learned << 10) | (seen + i32(seen < steadyAfter)));
  }
}
