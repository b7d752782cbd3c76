import { twoAt } from './bytes';
import { beforeIndexes, countOf, indexCount, oldPool, placeOf, tagOf } from './constants';

/** From each index of an old constant on the next that has no place in the new class file yet, or one that is nearer to it; 16 bits. */
const nearer = memory.data(131074, 8);

/** Parts of constants that were placed, which wait for their turn: two of each at most; 16 bits. */
const parts = memory.data(262144, 8);
let partCount: u32 = 0;
let partsPassed: u32 = 0;

/** Whether behind each constant those are expected that it is made of, as newer compilers lay them out. */
let queuesParts = false;
let last: u32 = 0;
/** Where to go on after a visit elsewhere. */
let home: u32 = 0;

export function beginExpecting(withParts: bool): void {
  queuesParts = withParts;
  partCount = 0;
  partsPassed = 0;
  last = 0;
  home = 0;
  const count = countOf(oldPool);
  for (let index: u32 = 0; index < count; index++)
    store<u16>(nearer + 2 * index, index + u32(load<u8>(oldPool + index) === 0));
  store<u16>(nearer + 2 * count, count);
}

export function isFree(index: i64): bool {
  return index > 0 && index < <i64>countOf(oldPool) && load<u16>(nearer + 2 * <usize>index) === <u16>index;
}

/** The old constant that is expected first; the number of all where there is none. */
export function expected(): u32 {
  while (partsPassed < partCount) {
    const part: u32 = load<u16>(parts + 2 * partsPassed);
    if (isFree(part)) return part;
    partsPassed++;
  }
  return freeFrom(queuesParts ? home : last);
}

/** The one that is expected next to it. */
export function otherExpected(): u32 {
  return freeFrom(queuesParts ? last : home);
}

function freeFrom(index: u32): u32 {
  let free = index;
  let next: u32 = load<u16>(nearer + 2 * free);
  while (next !== free) {
    const beyond: u32 = load<u16>(nearer + 2 * next);
    store<u16>(nearer + 2 * free, beyond);
    free = beyond;
    next = load<u16>(nearer + 2 * free);
  }
  return free;
}

export function place(index: u32): void {
  if (!queuesParts && index !== expected()) home = last;
  store<u16>(nearer + 2 * index, index + 1);
  last = index;
  if (queuesParts) queueParts(index);
}

function queueParts(index: u32): void {
  const tag = tagOf(oldPool, index);
  const from = placeOf(oldPool, index) + beforeIndexes(tag);
  for (let field: u32 = 0; field < indexCount(tag); field++) {
    store<u16>(parts + 2 * partCount, twoAt(from + 2 * field));
    partCount++;
  }
}
