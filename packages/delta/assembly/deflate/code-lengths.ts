import { buildLengths } from './prefix-code';
import {
  bitsOfSaid,
  forgetSaid,
  longestSaid,
  manyZeros,
  repeat,
  saidCounts,
  saidLengths,
  saidSymbols,
  say,
  zeros,
} from './said-lengths';

/**
 * Makes ready to write the lengths of two codes.
 * @returns the bits that this takes
 */
export function planLengths(literals: usize, lastLiteral: i32, distances: usize, lastDistance: i32): u32 {
  forgetSaid();
  planRuns(literals, lastLiteral);
  planRuns(distances, lastDistance);
  buildLengths(saidCounts, saidSymbols, longestSaid, saidLengths);
  return bitsOfSaid();
}

/** Runs of one length, in the pieces into which zlib cuts them. */
function planRuns(from: usize, last: i32): void {
  let before: i32 = -1;
  let count: u32 = 0;
  let next: i32 = load<u8>(from);
  let most: u32 = next === 0 ? 138 : 7;
  let least: u32 = next === 0 ? 3 : 4;
  for (let i: i32 = 0; i <= last; i++) {
    const length = next;
    next = i < last ? (load<u8>(from + i + 1) as i32) : 0xffff;
    if (++count < most && length === next) continue;
    planRun(length, count, least, length === before);
    count = 0;
    before = length;
    most = next === 0 ? 138 : length === next ? 6 : 7;
    least = next === 0 || length === next ? 3 : 4;
  }
}

function planRun(length: i32, count: u32, least: u32, isKnown: bool): void {
  if (count < least) {
    for (let i: u32 = 0; i < count; i++) say(length, 0);
  } else if (length !== 0) {
    if (!isKnown) say(length, 0);
    say(repeat, count - (isKnown ? 3 : 4));
  } else if (count <= 10) say(zeros, count - 3);
  else say(manyZeros, count - 11);
}
