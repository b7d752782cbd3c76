import { content, reach } from './content';

/**
 * Where bytes with the same hash were seen, by places counted from a number that grows as content leaves: {@link origin} is that of the place 0.
 * By the hash of four or five bytes the last place, 32 bits each; by that of seven bytes the last one and, 32 bits higher, the one before.
 */
const shortPlaces = memory.data(131072, 8);
const longPlaces = memory.data(262144, 8);
const shortSize: usize = 131072;
const longSize: usize = 262144;

/** Nothing is within reach of the place 0, which stands for none. */
const firstOrigin: i32 = 65535;
let origin: i32 = firstOrigin;
const originLimit: i32 = 1 << 30;

const primeOfFour: u32 = 2654435761;
const primeOfFive: u64 = 889523592379;
/** 58295818150454627, in two halves: no number of JavaScript has it, as which linters read it. */
const primeOfSeven: u64 = ((0xcf1bbc as u64) << 32) | 0xdcbfa563;

export function forgetPlaces(): void {
  memory.fill(shortPlaces, 0, shortSize);
  memory.fill(longPlaces, 0, longSize);
  origin = firstOrigin;
}

/** All places have moved down by as much. */
export function movePlaces(by: i32): void {
  origin += by;
  if (origin < originLimit) return;
  const gone = origin - firstOrigin;
  lower(shortPlaces, shortSize, gone);
  lower(longPlaces, longSize, gone);
  origin = firstOrigin;
}

function lower(from: usize, size: usize, gone: i32): void {
  for (let at = from; at < from + size; at += 4) store<i32>(at, max(0, load<i32>(at) - gone));
}

/** What begins there is out of reach from now on, and so is all before it. */
export function leaveBehind(end: i32): void {
  movePlaces(end + reach);
}

/** @param eight bytes, the first of them lowest; of these, four count */
export function slotOfFour(eight: u64): usize {
  return shortPlaces + 4 * (((eight as u32) * primeOfFour) >> 17);
}

export function slotOfFive(eight: u64): usize {
  return shortPlaces + 4 * ((((eight << 24) * primeOfFive) >> 49) as usize);
}

export function slotOfSeven(eight: u64): usize {
  return longPlaces + 8 * ((((eight << 8) * primeOfSeven) >> 49) as usize);
}

export function lastPlace(slot: usize): i32 {
  return load<i32>(slot) - origin;
}

/** Of a slot of seven. */
export function placeBefore(slot: usize): i32 {
  return load<i32>(slot, 4) - origin;
}

export function rememberShort(slot: usize, at: i32): void {
  store<i32>(slot, at + origin);
}

export function rememberLong(slot: usize, at: i32): void {
  store<u64>(slot, (load<u64>(slot) << 32) | ((at + origin) as u64));
}

/** How many bytes are the same from two places on; the former lies behind. */
export function sameBytes(at: i32, before: i32, end: i32): i32 {
  let here = at;
  const back = at - before;
  while (here + 8 <= end) {
    const difference = load<u64>(content + here) ^ load<u64>(content + here - back);
    if (difference !== 0) return here - at + ((ctz(difference) as i32) >> 3);
    here += 8;
  }
  while (here < end && load<u8>(content + here) === load<u8>(content + here - back)) here++;
  return here - at;
}

/** How many bytes are the same right before two places, the former of which may go down to a third; the latter lies behind. */
export function sameBytesBefore(at: i32, before: i32, first: i32): i32 {
  let here = at;
  let there = before;
  while (there > 0 && here > first && load<u8>(content + here - 1) === load<u8>(content + there - 1)) {
    here--;
    there--;
  }
  return at - here;
}
