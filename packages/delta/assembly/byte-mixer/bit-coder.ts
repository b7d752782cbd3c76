import { reserve } from './memory';

/** Bytes that are written until they are taken: more than come of four windows and some hundred bytes, 32 of each at most. */
const room: i32 = 1 << 17;

/** Numbers from `low` to `high` are what the bytes behind those written, or read, may begin with. */
let low: u32 = 0;
let high: u32 = 0;

/** Where bytes are read: the four behind those that are used up. */
let ahead: u32 = 0;
let isReading = false;

/** Where packed bytes stand: of those that are read all, of those that are written those that were not taken yet. */
let packedAt: usize = 0;
let at: i32 = 0;
let length: i32 = 0;

/**
 * @param place behind all else
 * @param packed bytes that are read, or -1
 */
export function beginCoding(place: usize, packed: i32): void {
  isReading = packed >= 0;
  packedAt = place;
  reserve(place + (isReading ? packed : room));
  low = 0;
  high = 0xffffffff;
  at = 0;
  length = packed;
}

export function packedPlace(): usize {
  return packedAt;
}

/** When the bytes that are read stand there. */
export function beginReading(): void {
  for (let i = 0; i < 4; i++) ahead = (ahead << 8) | next();
}

/** @param one how likely a 1 is, in 2^16ths, 1 to 65535 */
export function codedBit(bit: i32, one: u32): i32 {
  const range = high - low;
  const middle = low + (range >>> 16) * one + (((range & 0xffff) * one) >>> 16);
  const coded = isReading ? i32(ahead <= middle) : bit;
  high = select(middle, high, coded === 1);
  low = select(low, middle + 1, coded === 1);
  while (((low ^ high) & 0xff000000) === 0) {
    if (isReading) ahead = (ahead << 8) | next();
    else add(high >>> 24);
    low <<= 8;
    high = (high << 8) | 0xff;
  }
  return coded;
}

function next(): u32 {
  const byte: u32 = at < length ? load<u8>(packedAt + at) : 0;
  at++;
  return byte;
}

function add(byte: u32): void {
  store<u8>(packedAt + at, <u8>byte);
  at++;
}

/** How many packed bytes were read so far, more than there are if they did not suffice; or written since they were taken. */
export function packedLength(): i32 {
  return at;
}

/** Those that are written stand at the begin again. */
export function takePacked(): void {
  at = 0;
}

/** What ends the bytes that are written: nothing can be behind. */
export function endWriting(): void {
  for (let shift = 24; shift >= 0; shift -= 8) add((low >>> shift) & 0xff);
}

export function isUsedUp(): bool {
  return isReading && at > length;
}
