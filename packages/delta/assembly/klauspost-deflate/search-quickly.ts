import { bytesAt, content, margin, reach } from './content';
import { isMatch, matchLength, putMatch } from './matches';
import { lastPlace, rememberShort, slotOfFive } from './places';
import { addLiterals, symbolCount } from './window-symbols';

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
    if (isMatch(at, from, here)) {
      rememberShort(slotThere, next);
      return true;
    }
    at = next++;
    from = lastPlace(slotThere);
    rememberShort(slotThere, at);
    if (isMatch(at, from, there)) {
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
  const found = matchLength(at, from, end);
  const before = putMatch(at, from, found, written);
  at += found;
  written = at;
  if (next >= at) at = next + 1;
  return before + found;
}
