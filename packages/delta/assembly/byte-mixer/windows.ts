import { codeAround } from './byte';
import { hashed } from './hash';

/** Streams that are walked over together. */
const mostStreams: i32 = 4;

/** Longest varint. */
const mostBytes: i32 = 8;

/** Of each stream: its number, 1 if it is coded, 1 if nothing is behind its window, bytes in that, and how many of them were passed; 32 bits each. */
const headLength: usize = 20;

/** Heads of all windows; behind them the windows, whose bytes are written or to be read. */
const windows = memory.data(4 * (20 + 512), 16);
const windowLength: usize = 512;

export function windowsPlace(): usize {
  return windows;
}

/** What walks end with: all is well; the packed bytes are used up; a stream ends too early. */
export const well: i32 = 0;
const usedUp: i32 = 1;
const tooShort: i32 = 2;

let flaw: i32 = well;

export function beginWalk(): void {
  flaw = well;
}

export function endOfWalk(): i32 {
  return flaw;
}

/** Whether a number is there in whole, or what is there is all that comes. */
export function isReady(window: i32): bool {
  return bytesLeft(window) >= mostBytes || isLast(window);
}

export function isAtEnd(window: i32): bool {
  return flaw !== well || (isLast(window) && bytesLeft(window) === 0);
}

function bytesLeft(window: i32): i32 {
  const head = headOf(window);
  return load<i32>(head, 12) - load<i32>(head, 16);
}

function isLast(window: i32): bool {
  return load<i32>(headOf(window), 8) !== 0;
}

function headOf(window: i32): usize {
  return windows + headLength * window;
}

/**
 * The next varint of a stream; of one with more than 32 bits, those.
 * @param count of what stands around it
 */
export function numberOf(window: i32, count: i32): u32 {
  const stream = load<i32>(headOf(window));
  let value: u32 = 0;
  let before: u32 = 0;
  for (let index = 0; index < mostBytes; index++) {
    const byte: u32 = nextByte(window, count, hashed((stream << 4) | index, before));
    if (index < 5) value |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) break;
    before = (before << 8) | byte;
  }
  return value;
}

/** The next byte of a stream. */
export function byteOf(window: i32, count: i32): u32 {
  return nextByte(window, count, hashed(load<i32>(headOf(window)) << 4, 0));
}

/** 0 where there is none. */
function nextByte(window: i32, count: i32, own: i32): u32 {
  const head = headOf(window);
  const at = load<i32>(head, 16);
  if (at === load<i32>(head, 12)) flaw = tooShort;
  if (flaw !== well) return 0;
  store<i32>(head, at + 1, 16);
  const place = windows + headLength * mostStreams + windowLength * window + at;
  if (load<i32>(head, 4) === 0) return load<u8>(place);
  const byte = codeAround(load<u8>(place), load<i32>(head), own, count);
  if (byte < 0) flaw = usedUp;
  store<u8>(place, <u8>byte);
  return byte & 0xff;
}
