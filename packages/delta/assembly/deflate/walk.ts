import { alignByBlocks } from './bit-writer';
import { addLiteral, addMatch, isEmpty, writeBlock } from './block';
import {
  clearBehind,
  findMatch,
  insert,
  lookahead,
  reach,
  shortestMatch,
  slide,
  window,
  windowSize,
} from './window';

/** Where a match of the shortest length begins at most. */
const nearby: u32 = 4096;

/** What is looked at next, and how much lies from there on; places in the window. */
let at: u32 = 0;
let ahead: u32 = 0;
/** Where the block begins; below 0 when that has left the window. */
let blockStart: i32 = 0;
/** The match that was found at the byte before, and whether that byte still waits for being written. */
let length: u32 = 0;
let place: u32 = 0;
let waits: bool = false;

let isLazy: bool = false;
let lazyLimit: u32 = 0;

/** Places before `at` that are known but not inserted yet, since their hashes take bytes that come. */
let notInserted: u32 = 0;
/** GNU gzip moves the window on once at most after the content has ended, and then finds nothing in its last bytes. */
let isGnu: bool = false;
let hasEnded: bool = false;

/**
 * @param asGnu as GNU gzip does at the end
 * @param lazily whether a better match is looked for at the next byte
 * @param limit the longest match for which that is done; without it, the longest whose places are remembered
 */
export function resetWalk(asGnu: bool, lazily: bool, limit: u32): void {
  isGnu = asGnu;
  hasEnded = false;
  notInserted = 0;
  isLazy = lazily;
  lazyLimit = limit;
  at = 0;
  ahead = 0;
  blockStart = 0;
  length = shortestMatch - 1;
  place = 0;
  waits = false;
}

export function contentEnd(): u32 {
  return at + ahead;
}

export function addContent(size: u32): void {
  ahead += size;
}

/** Content that the stream does not have; before all that it has. */
export function addKnown(size: u32): void {
  notInserted = min(size, shortestMatch - 1);
  insertAll(0, size - notInserted);
  at = size;
  blockStart = at;
}

/** Walks as far as it can be seen what comes. The window is full before, and has room behind; that is why no cut of the content is seen. */
export function walkOn(): void {
  walk(false);
  slideOn();
}

export function walkToEnd(): void {
  walkAll();
  endBlock(true);
}

export function walkToPause(): void {
  walkAll();
  if (!isEmpty()) endBlock(false);
  alignByBlocks();
}

function walkAll(): void {
  walk(true);
  if (waits) addLiteral(load<u8>(window + at - 1), at - blockStart);
}

function walk(isEnd: bool): void {
  insertAll(at - notInserted, at);
  notInserted = 0;
  if (isLazy) walkLazily(isEnd);
  else walkGreedily(isEnd);
}

/** Whether there is something to look at; at the end of the content the window moves on where it would for more. */
function canWalk(isEnd: bool): bool {
  if (ahead >= lookahead) return true;
  if (!isEnd) return false;
  if (at >= windowSize + reach && !(isGnu && hasEnded)) slideOn();
  if (!hasEnded) clearBehind(contentEnd());
  hasEnded = true;
  return ahead > 0;
}

/** Whether a match at the place that is looked at may begin there. */
function isInReach(first: u32): bool {
  return first !== 0 && at - first <= reach && !(isGnu && at > windowSize + reach);
}

function slideOn(): void {
  slide(2 * windowSize - contentEnd());
  at -= windowSize;
  place -= windowSize;
  blockStart -= windowSize;
}

function walkGreedily(isEnd: bool): void {
  while (canWalk(isEnd)) {
    const first = ahead >= shortestMatch ? insert(at) : 0;
    const found = isInReach(first) ? findMatch(first, at, shortestMatch - 1, ahead) : 0;
    let isFull: bool;
    if (found === 0) {
      isFull = addLiteral(load<u8>(window + at), at - blockStart);
      at++;
      ahead--;
    } else {
      const size = found >> 16;
      isFull = addMatch(size, at - (found & 0xffff), at - blockStart);
      ahead -= size;
      if (size <= lazyLimit && ahead >= shortestMatch) insertAll(at + 1, at + size);
      at += size;
    }
    if (isFull) endBlock(false);
  }
}

function walkLazily(isEnd: bool): void {
  while (canWalk(isEnd)) {
    const first = ahead >= shortestMatch ? insert(at) : 0;
    const known = length;
    const knownPlace = place;
    length = shortestMatch - 1;
    if (known < lazyLimit && isInReach(first)) {
      const found = findMatch(first, at, known, ahead);
      if (found !== 0) {
        length = found >> 16;
        place = found & 0xffff;
        if (length === shortestMatch && at - place > nearby) length = shortestMatch - 1;
      }
    }
    if (known >= shortestMatch && length <= known) {
      const isFull = addMatch(known, at - 1 - knownPlace, at - blockStart);
      insertAll(at + 1, min(at + known - 1, at + ahead - shortestMatch + 1));
      at += known - 1;
      ahead -= known - 1;
      waits = false;
      length = shortestMatch - 1;
      if (isFull) endBlock(false);
    } else {
      if (waits && addLiteral(load<u8>(window + at - 1), at - blockStart)) endBlock(false);
      waits = true;
      at++;
      ahead--;
    }
  }
}

function insertAll(from: u32, to: u32): void {
  for (let i = from; i < to; i++) insert(i);
}

function endBlock(isLast: bool): void {
  writeBlock(blockStart >= 0 ? window + blockStart : 0, at - blockStart, isLast);
  blockStart = at;
}
