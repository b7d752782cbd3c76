import { around } from './contexts';
import { hashed } from './hash';
import { beginWalk, byteOf, endOfWalk, isAtEnd, isReady, numberOf } from './windows';

/** The last three of a stream, the latest first. */
let one: u32 = 0;
let two: u32 = 0;
let three: u32 = 0;

/** What the last cover was like. */
let literal: u32 = 0;
let cover: u32 = 0;
let origin: u32 = 0;
let seek: u32 = 0;

/**
 * Codes varints, each like those before, as far as the first window goes.
 * @param isFirst 1 at the begin of the stream
 * @returns 0, or what is wrong: 1 where packed bytes are used up, 2 where a stream ends too early
 */
export function codeNumbers(isFirst: i32): i32 {
  begin(isFirst);
  while (!isAtEnd(0) && isReady(0)) {
    setAroundLast();
    setAround(5, hashed(magnitude(one), magnitude(two)));
    pass(numberOf(0, 6));
  }
  return endOfWalk();
}

/** As {@link codeNumbers}, bytes. */
export function codeBytes(isFirst: i32): i32 {
  begin(isFirst);
  while (!isAtEnd(0) && isReady(0)) {
    setAroundLast();
    pass(byteOf(0, 5));
  }
  return endOfWalk();
}

function begin(isFirst: i32): void {
  beginWalk();
  if (isFirst === 0) return;
  one = two = three = 0;
  literal = cover = origin = seek = 0;
}

function setAroundLast(): void {
  setAround(0, one);
  setAround(1, hashed(one, two));
  setAround(2, two);
  setAround(3, hashed(hashed(one, two), three));
  setAround(4, three);
}

function pass(number: u32): void {
  three = two;
  two = one;
  one = number;
}

/** As {@link codeNumbers}, where covers lie: each number beside the others of its cover. Windows have their lengths, those of literals, origins and seeks. */
export function codeCovers(isFirst: i32): i32 {
  begin(isFirst);
  while (!isAtEnd(0) && isReady(0) && isReady(1) && isReady(2) && isReady(3)) {
    setAroundCover(magnitude(cover), magnitude(literal), origin, 0);
    literal = numberOf(1, aroundCover);
    setAroundCover(magnitude(literal), magnitude(cover), origin, 0);
    cover = numberOf(0, aroundCover);
    setAroundCover(origin, magnitude(literal), magnitude(cover), 0);
    origin = byteOf(2, aroundCover);
    setAroundCover(origin, magnitude(seek), magnitude(literal), literal);
    seek = numberOf(3, aroundCover);
  }
  return endOfWalk();
}

const aroundCover: i32 = 7;

/** What stands around a number of a cover, seven in all. */
export function setAroundCover(first: u32, second: u32, third: u32, fourth: u32): void {
  setAround(0, first);
  setAround(1, second);
  setAround(2, hashed(first, second));
  setAround(3, hashed(first, third));
  setAround(4, hashed(hashed(first, second), third));
  setAround(5, hashed(fourth, third));
  setAround(6, hashed(fourth, first));
}

function setAround(index: i32, value: u32): void {
  store<u32>(around + 4 * index, value);
}

/** Exact below 16, then two steps for each power of two, at most 31. */
function magnitude(value: u32): u32 {
  if (value < 16) return value;
  const power: u32 = 31 - clz(value);
  if (power > 11) return 31;
  return 16 + 2 * (power - 4) + ((value >>> (power - 1)) & 1);
}
