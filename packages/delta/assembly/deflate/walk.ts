import { alignByBlocks } from './bit-writer';
import { addLiteral, addMatch, isEmpty, isFull, writeBlock } from './block';
import { findMatch } from './match';
import {
  clearBehind,
  insertAll,
  lookahead,
  placeBefore,
  reach,
  shortestMatch,
  slide,
  window,
  windowSize,
} from './window';

/** Where a match of the shortest length begins at most. */
const nearby: u32 = 4096;
/** Where the window moves on at the end of the content. */
const turn: u32 = windowSize + reach;

/** What is looked at next, and where the content that is there ends; places in the window. */
let at: u32 = 0;
let end: u32 = 0;
/** Where the block begins; below 0 when that has left the window. */
let blockStart: i32 = 0;
/** Where places are not inserted yet. */
let inserted: u32 = 0;
/** The match that was found at the byte before, and whether that byte still waits for being written. */
let length: u32 = 0;
let place: u32 = 0;
let waits: bool = false;

let isLazy: bool = false;
let lazyLimit: u32 = 0;
/** GNU gzip moves the window on once at most after the content has ended, and then finds nothing in its last bytes. */
let isGnu: bool = false;

/**
 * @param asGnu as GNU gzip does at the end
 * @param lazily whether a better match is looked for at the next byte
 * @param limit the longest match for which that is done; without it, the longest whose places are remembered
 */
export function resetWalk(asGnu: bool, lazily: bool, limit: u32): void {
  isGnu = asGnu;
  isLazy = lazily;
  lazyLimit = limit;
  at = 0;
  end = 0;
  blockStart = 0;
  inserted = 0;
  length = shortestMatch - 1;
  place = 0;
  waits = false;
}

export function contentEnd(): u32 {
  return end;
}

export function addContent(size: u32): void {
  end += size;
}

/** Content that the stream does not have; before all that it has. */
export function addKnown(size: u32): void {
  at = size;
  end = size;
  blockStart = size;
}

/** Walks as far as it can be seen what comes. The window is full before, and has room behind; that is why no cut of the content is seen. */
export function walkOn(): void {
  walk(end - lookahead + 1);
  slideOn();
}

export function walkToEnd(): void {
  walkAll();
  endBlock(at, true);
}

export function walkToPause(): void {
  walkAll();
  if (!isEmpty()) endBlock(at, false);
  alignByBlocks();
}

/** The window moves on where it would for more content. */
function walkAll(): void {
  if (!isGnu) walk(min(end, turn));
  else if (end >= lookahead) walk(end - lookahead + 1);
  if (at >= turn) slideOn();
  clearBehind(end);
  walk(end);
  if (waits) addLiteral(load<u8>(at - 1, window));
}

function slideOn(): void {
  slide(2 * windowSize - end);
  at -= windowSize;
  end -= windowSize;
  inserted -= windowSize;
  place -= windowSize;
  blockStart -= windowSize;
}

function walk(stop: u32): void {
  if (isLazy) {
    // All at once, but for the last three bytes until the walk comes there: Chromium's hash of them reads what lies behind, and the window may move on before.
    const lastThree: i32 = end - 3;
    insertUntil(<i32>stop > lastThree ? lastThree + 1 : lastThree);
    walkLazily(stop);
  } else {
    insertUntil(at);
    walkGreedily(stop);
    inserted = at;
  }
}

/** @param to may be below 0 */
function insertUntil(to: i32): void {
  if (to <= <i32>inserted) return;
  insertAll(inserted, to);
  inserted = to;
}

/** Whether a match at the place that is looked at may begin there. */
function isInReach(first: u32, from: u32): bool {
  return first !== 0 && from - first <= reach && !(isGnu && from > turn);
}

function walkGreedily(stop: u32): void {
  while (at < stop) {
    let found: u32 = 0;
    if (end - at >= shortestMatch) {
      insertAll(at, at + 1);
      const first = placeBefore(at);
      if (isInReach(first, at)) found = findMatch(first, at, shortestMatch - 1, end - at);
    }
    let ends: bool;
    if (found === 0) {
      ends = addLiteral(load<u8>(at, window)) && isFull(at - blockStart);
      at++;
    } else {
      const size = found >> 16;
      ends = addMatch(size, at - (found & 0xffff)) && isFull(at - blockStart);
      if (size <= lazyLimit && end - at - size >= shortestMatch) insertAll(at + 1, at + size);
      at += size;
    }
    if (ends) endBlock(at, false);
  }
}

function walkLazily(stop: u32): void {
  // Copies, which lie in registers.
  let here = at;
  let best = length;
  let bestPlace = place;
  let isWaiting = waits;
  while (here < stop) {
    const known = best;
    const knownPlace = bestPlace;
    const first = placeBefore(here);
    best = shortestMatch - 1;
    if (known < lazyLimit && isInReach(first, here) && end - here >= shortestMatch) {
      const found = findMatch(first, here, known, end - here);
      if (found !== 0) {
        best = found >> 16;
        bestPlace = found & 0xffff;
        if (best === shortestMatch && here - bestPlace > nearby) best = shortestMatch - 1;
      }
    }
    if (known >= shortestMatch && best <= known) {
      const ends = addMatch(known, here - 1 - knownPlace) && isFull(here - blockStart);
      here += known - 1;
      isWaiting = false;
      best = shortestMatch - 1;
      if (ends) endBlock(here, false);
    } else {
      if (isWaiting && addLiteral(load<u8>(here - 1, window)) && isFull(here - blockStart))
        endBlock(here, false);
      isWaiting = true;
      here++;
    }
  }
  at = here;
  length = best;
  place = bestPlace;
  waits = isWaiting;
}

/** @param to where it ends in the window */
function endBlock(to: u32, isLast: bool): void {
  writeBlock(blockStart >= 0 ? window + blockStart : 0, to - blockStart, isLast);
  blockStart = to;
}
