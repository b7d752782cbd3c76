import { content, reach } from './content';
import { sameBytes, sameBytesBefore } from './places';
import { addLiterals, addMatch } from './window-symbols';

/** Bytes by which a match is known. */
const firstBytes: i32 = 4;

export function isNear(place: i32, before: i32): bool {
  return place - before < reach;
}

/** @param bytes what stands at the place, the first of them lowest */
export function isMatch(place: i32, before: i32, bytes: u64): bool {
  return isNear(place, before) && load<u32>(content + before) === (bytes as u32);
}

/** How long a match is, of which the first bytes are known to be the same. */
export function matchLength(place: i32, before: i32, end: i32): i32 {
  return sameBytes(place + firstBytes, before + firstBytes, end) + firstBytes;
}

/**
 * Writes what was not written yet before a match, and the match with as much before it as is the same.
 * @param written all before is
 * @returns how much that is
 */
export function putMatch(at: i32, from: i32, length: i32, written: i32): i32 {
  const before = sameBytesBefore(at, from, written);
  addLiterals(written, at - before);
  addMatch(before + length, at - from);
  return before;
}
