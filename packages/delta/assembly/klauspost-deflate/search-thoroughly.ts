import { bytesAt, content, margin, reach } from './content';
import { isMatch, isNear, matchLength, putMatch } from './matches';
import {
  lastPlace,
  placeBefore,
  rememberLong,
  rememberShort,
  sameBytes,
  slotOfFour,
  slotOfSeven,
} from './places';
import { addLiterals, symbolCount } from './window-symbols';

const longestMatch: i32 = 258;
/** Bytes at the beginning of a match that its end may be found without. */
const skipped: i32 = 2;
/** Level 5 looks for the end of matches that are shorter. */
const shortMatch: i32 = 30;

/** Level 6 looks further, and remembers every place. */
let isThorough: bool = false;
let end: i32 = 0;
let limit: i32 = 0;
/** All before is written. */
let written: i32 = 0;
let at: i32 = 0;
/** What is looked at when nothing begins at {@link at}. */
let next: i32 = 0;
let from: i32 = 0;
/** 0 where only the first bytes of a match have been compared. */
let length: i32 = 0;
/** How far back the match before lay. */
let repeated: i32 = 1;

/** Says the window in symbols, as levels 5 and 6 do; in none where nothing is found. */
export function searchThoroughly(start: i32, windowEnd: i32, level: u32): void {
  isThorough = level === 6;
  end = windowEnd;
  limit = end - margin;
  at = start;
  written = start;
  repeated = 1;
  while (findMatch()) {
    lengthen();
    lookAtEnd();
    takeMatch();
    if (at >= limit) {
      if (isThorough) rememberRest();
      break;
    }
    if (isThorough) rememberEvery();
    else rememberSome();
  }
  if (symbolCount() > 0) addLiterals(written, end);
}

function findMatch(): bool {
  let here = bytesAt(at);
  while (isAnyNext()) {
    const short = slotOfFour(here);
    const long = slotOfSeven(here);
    const shortBefore = lastPlace(short);
    const longBefore = lastPlace(long);
    const longBeforeThat = placeBefore(long);
    rememberShort(short, at);
    rememberLong(long, at);
    length = 0;
    if (isMatch(at, longBefore, here)) {
      from = longBefore;
      if (isMatch(at, longBeforeThat, here)) takeLonger(longBeforeThat);
      rememberBoth(next);
      return true;
    }
    if (isNear(at, longBefore) && isMatch(at, longBeforeThat, here)) {
      from = longBeforeThat;
      rememberBoth(next);
      return true;
    }
    if (isMatch(at, shortBefore, here)) {
      from = shortBefore;
      takeShort(here);
      return true;
    }
    at = next;
    here = bytesAt(at);
  }
  return false;
}

/** The longer nothing is found, the fewer places are looked at. */
function isAnyNext(): bool {
  next = at + 1 + ((at - written) >> (isThorough ? 7 : 6));
  return next <= limit;
}

function rememberBoth(place: i32): void {
  const bytes = bytesAt(place);
  rememberShort(slotOfFour(bytes), place);
  rememberLong(slotOfSeven(bytes), place);
}

/** How long a match is, not counted further than one match can say. */
function lengthAt(place: i32, before: i32): i32 {
  return matchLength(place, before, min(end, place + longestMatch));
}

function takeLonger(other: i32): void {
  length = lengthAt(at, from);
  const otherLength = lengthAt(at, other);
  if (otherLength <= length) return;
  from = other;
  length = otherLength;
}

/** Takes a match that four bytes were known of, or a longer one at the next place. */
function takeShort(here: u64): void {
  length = lengthAt(at, from);
  const there = bytesAt(next);
  const long = slotOfSeven(there);
  const longBefore = lastPlace(long);
  const longBeforeThat = placeBefore(long);
  rememberBoth(next);
  if (isThorough && takeRepeated(here)) return;
  const first = length;
  if (isMatch(next, longBefore, there)) takeNext(longBefore);
  if (!isThorough && length > first) return;
  if (isNear(next, longBefore) && isMatch(next, longBeforeThat, there)) takeNext(longBeforeThat);
}

/** A longer match one byte on, as far back as the match before. */
function takeRepeated(here: u64): bool {
  const before = at + 1 - repeated;
  if (load<u32>(content + before) !== ((here >> 8) as u32)) return false;
  const repeatedLength = lengthAt(at + 1, before);
  if (repeatedLength <= length) return false;
  from = before;
  length = repeatedLength;
  at++;
  return true;
}

function takeNext(before: i32): void {
  const nextLength = lengthAt(next, before);
  if (nextLength <= length) return;
  from = before;
  at = next;
  length = nextLength;
}

function lengthen(): void {
  if (length === 0) length = matchLength(at, from, end);
  else if (length === longestMatch) length += sameBytes(at + length, from + length, end);
}

/** Takes a longer match that is known by what stands behind the one that was found. */
function lookAtEnd(): void {
  const behind = at + length;
  if (behind >= limit || (!isThorough && length >= shortMatch)) return;
  const slot = slotOfSeven(bytesAt(behind));
  const place = at + skipped;
  const isReached = takeIfLonger(place, lastPlace(slot));
  if (isThorough && isReached) takeIfLonger(place, placeBefore(slot));
}

/**
 * @param behindBefore what stands behind the match was there, too
 * @returns whether that is within reach
 */
function takeIfLonger(place: i32, behindBefore: i32): bool {
  const before = behindBefore - length + skipped;
  const distance = place - before;
  if (distance >= reach) return false;
  if (distance <= 0 || before < 0) return true;
  const other = sameBytes(place, before, end);
  if (other > length) {
    from = before;
    length = other;
    at = place;
  }
  return true;
}

/** Writes the match, and as much before it as is the same. */
function takeMatch(): void {
  const before = putMatch(at, from, length, written);
  repeated = at - from;
  at += length;
  length += before;
  written = at;
  if (next >= at) at = next + 1;
}

/** Level 5: of a match, about a third of the places, and the one before what is looked at next. */
function rememberSome(): void {
  let place = at - length + 1;
  const last = at - 1;
  if (place < last) {
    const bytes = bytesAt(place);
    rememberShort(slotOfFour(bytes), place);
    rememberLong(slotOfSeven(bytes), place);
    rememberLong(slotOfSeven(bytes >> 8), place + 1);
    rememberShort(slotOfFour(bytes >> 16), place + 2);
    for (place += 4; place < last; place += 3) {
      const others = bytesAt(place);
      rememberLong(slotOfSeven(others), place);
      rememberShort(slotOfFour(others >> 8), place + 1);
    }
  }
  rememberBoth(last);
}

/** Level 6: what was not looked at. */
function rememberEvery(): void {
  for (let place = next + 1; place < at - 1; place += 2) {
    const bytes = bytesAt(place);
    rememberShort(slotOfFour(bytes), place);
    rememberLong(slotOfSeven(bytes), place);
    rememberLong(slotOfSeven(bytes >> 8), place + 1);
  }
}

function rememberRest(): void {
  for (let place = next + 1; place < end - 8; place += 2) rememberBoth(place);
}
