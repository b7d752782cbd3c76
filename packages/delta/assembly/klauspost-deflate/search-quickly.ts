import { bytesAt, content, margin, reach } from './content';
import { lastPlace, rememberShort, sameBytes, sameBytesBefore, slotOfFive } from './places';
import { addLiterals, addMatch, symbolCount } from './window-symbols';

const firstBytes: i32 = 4;

let end: i32 = 0;
let limit: i32 = 0;
/** All before is written. */
let written: i32 = 0;
let at: i32 = 0;
let next: i32 = 0;
let from: i32 = 0;

/** Says the window in symbols, as level 1 does; in none where nothing is found. */
export function searchQuickly(start: i32, windowEnd: i32): void {
  end = windowEnd;
  limit = end - margin;
  at = start;
  written = start;
  while (findMatch() && takeMatches()) {}
  if (symbolCount() > 0) addLiterals(written, end);
}

function findMatch(): bool {
  while (isAnyNext()) {
    const here = bytesAt(at);
    const slot = slotOfFive(here);
    from = lastPlace(slot);
    rememberShort(slot, at);
    const there = bytesAt(next);
    const slotThere = slotOfFive(there);
    if (isMatch(here)) {
      rememberShort(slotThere, next);
      return true;
    }
    at = next++;
    from = lastPlace(slotThere);
    rememberShort(slotThere, at);
    if (isMatch(there)) {
      // Not where it belongs, but so it is done.
      rememberShort(slotThere, next);
      return true;
    }
    at = next;
  }
  return false;
}

/** The longer nothing is found, the fewer places are looked at, but always two beside each other. */
function isAnyNext(): bool {
  next = at + 2 + ((at - written) >> 5);
  return next <= limit;
}

function isMatch(bytes: u64): bool {
  return at - from < reach && load<u32>(content + from) === (bytes as u32);
}

/** Matches right behind each other. @returns whether something may be looked for behind them */
function takeMatches(): bool {
  for (;;) {
    const length = takeMatch();
    if (at >= limit) {
      if (at + length + 8 < end) rememberShort(slotOfFive(bytesAt(at)), at);
      return false;
    }
    rememberShort(slotOfFive(bytesAt(at - 2)), at - 2);
    const here = bytesAt(at);
    const slot = slotOfFive(here);
    from = lastPlace(slot);
    rememberShort(slot, at);
    if (at - from > reach || load<u32>(content + from) !== (here as u32)) break;
  }
  at++;
  return true;
}

/** Writes the match, and as much before it as is the same. @returns its length */
function takeMatch(): i32 {
  const before = sameBytesBefore(at, from, written);
  const length = before + sameBytes(at + firstBytes, from + firstBytes, end) + firstBytes;
  addLiterals(written, at - before);
  addMatch(length, at - from);
  at += length - before;
  written = at;
  if (next >= at) at = next + 1;
  return length;
}
