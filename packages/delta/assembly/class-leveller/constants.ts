import { twoAt } from './bytes';
import { Flaw, refuse } from './flaw';

/** @see https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html#jvms-4.4 */
export const textTag: u32 = 1;
const longTag: u32 = 5;
const doubleTag: u32 = 6;
export const typeTag: u32 = 7;
export const stringTag: u32 = 8;
export const firstMemberTag: u32 = 9;
export const lastMemberTag: u32 = 11;
export const nameAndTypeTag: u32 = 12;
export const handleTag: u32 = 15;

/** By tag: bytes behind it, of a text those that say its length; 0 for an unknown one. */
const lengthsBehind = memory.data<u8>([0, 2, 0, 4, 4, 8, 8, 2, 2, 4, 4, 4, 4, 0, 0, 3, 2, 4, 4, 2, 2]);

/** By tag: bytes before the indexes that it holds, and how many those are; none in numbers and texts. */
const indexesBehind = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 2, 0, 0]);
const indexCounts = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 0, 0, 1, 1, 1, 1, 1, 1]);

export function lengthBehind(tag: u32): u32 {
  const length: u32 = tag <= 20 ? load<u8>(lengthsBehind + tag) : 0;
  if (length === 0) refuse(Flaw.unknownTag, tag);
  return length;
}

/** Of a known tag. */
export function beforeIndexes(tag: u32): u32 {
  return load<u8>(indexesBehind + tag);
}

export function indexCount(tag: u32): u32 {
  return load<u8>(indexCounts + tag);
}

/** Entries that a constant takes up. */
export function slots(tag: u32): u32 {
  return tag === longTag || tag === doubleTag ? 2 : 1;
}

/** More than any class file has. */
export const mostConstants: u32 = 1 << 16;

/**
 * The constants of a class file: by index the tag, 0 where no constant is, and the place behind it, 32 bits; then the number of all,
 * where they begin, and where they end.
 */
export const oldPool = memory.data(5 * 65536 + 12, 8);
export const newPool = memory.data(5 * 65536 + 12, 8);
const places: usize = mostConstants;
const header: usize = 5 * mostConstants;

export function countOf(pool: usize): u32 {
  return load<u32>(pool + header);
}

/** Of the class file. */
export function startOf(pool: usize): usize {
  return load<u32>(pool + header, 4);
}

export function endOf(pool: usize): usize {
  return load<u32>(pool + header, 8);
}

/** Of any index in two bytes. */
export function tagOf(pool: usize, index: u32): u32 {
  return index < countOf(pool) ? load<u8>(pool + index) : 0;
}

/** Of a constant that is there. */
export function placeOf(pool: usize, index: u32): usize {
  return load<u32>(pool + places + 4 * <usize>index);
}

/** The bytes before the first constant: magic, version, count. */
const headLength: u32 = 10;
const magic: u32 = 0xbebafeca;

/** Reads those of the class file that begins at `start`. */
export function readConstants(pool: usize, start: usize, end: usize): void {
  if (end - start < headLength) refuse(Flaw.classEnds);
  if (load<u32>(start) !== magic) refuse(Flaw.noClass);
  const count = twoAt(start + 8);
  let at = start + headLength;
  store<u8>(pool, 0);
  for (let index: u32 = 1; index < count; ) {
    const tag: u32 = at < end ? load<u8>(at) : 0;
    const length = lengthBehind(tag);
    store<u8>(pool + index, tag);
    store<u32>(pool + places + 4 * <usize>index, at + 1);
    at += 1 + length;
    if (at > end) refuse(Flaw.classEnds);
    if (tag === textTag) {
      at += twoAt(at - 2);
      if (at > end) refuse(Flaw.classEnds);
    }
    index++;
    if (slots(tag) === 1) continue;
    if (index === count) refuse(Flaw.halfConstant);
    store<u8>(pool + index, 0);
    index++;
  }
  store<u32>(pool + header, count);
  store<u32>(pool + header, start, 4);
  store<u32>(pool + header, at, 8);
}
