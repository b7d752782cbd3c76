import { refuse } from '../class-joiner/refuse';

/** Cumulative frequencies of sixteen symbols: 2^15 together. */
const totalBits: u32 = 15;
export const total: i32 = 1 << totalBits;

/** Below that, a byte is shifted out. */
const leastRange: u32 = 1 << 24;

/** Frequencies below each symbol, 16 bits each, and behind them the total. */
const below = memory.data(48, 16);

/** Of what is written: the least number that its bytes may begin with, less those that are out; and how many bytes wait for a carry. */
let low: u64 = 0;
let waiting: i32 = 0;
let waitingByte: u32 = 0;

/** Of what is read: how far its bytes are above that number. */
let above: u32 = 0;

let range: u32 = 0;
let isReading = false;
let at: usize = 0;
let end: usize = 0;

/**
 * @param start where packed bytes are, or belong
 * @param length of what is read; most bytes of what is written
 */
export function beginRange(start: usize, length: u32, reading: bool): void {
  store<u16>(below, total, 32);
  isReading = reading;
  at = start;
  end = start + length;
  low = 0;
  waiting = -1;
  range = 0xffffffff;
  above = 0;
  if (!reading) return;
  above = bswap(load<u32>(at));
  at += 4;
}

/**
 * The symbol that is coded: `symbol` where it is written.
 * @param first frequencies below symbols 0 to 7, each less than the next
 * @param second below 8 to 15
 */
export function codedSymbol(symbol: i32, first: v128, second: v128): i32 {
  v128.store(below, first);
  v128.store(below + 16, second);
  const unit = range >>> totalBits;
  const coded = isReading ? symbolAt(<i32>min<u32>(above / unit, total - 1), first, second) : symbol;
  const start = <u32>frequencyBelow(coded) * unit;
  range = coded === 15 ? range - start : <u32>frequencyBelow(coded + 1) * unit - start;
  if (isReading) take(start);
  else put(start);
  return coded;
}

function symbolAt(place: i32, first: v128, second: v128): i32 {
  const places = i16x8.splat(<i16>place);
  return (
    popcnt(i16x8.bitmask(i16x8.le_s(first, places))) + popcnt(i16x8.bitmask(i16x8.le_s(second, places))) - 1
  );
}

/** Of the symbol that was coded last, or one behind it. */
export function frequencyBelow(symbol: i32): i32 {
  return load<u16>(below + 2 * <usize>symbol);
}

/** Up to two bytes at once: how many there are cannot be foreseen. Those behind the end may be any: who needs them is refused in the end. */
function take(start: u32): void {
  above -= start;
  const bits = clz(range) & 24;
  range <<= bits;
  above = (above << bits) | <u32>(((<u64>bswap(load<u32>(at))) << bits) >>> 32);
  at += bits >>> 3;
}

function put(start: u32): void {
  low += start;
  while (range < leastRange) {
    range <<= 8;
    shiftOut();
  }
}

/** The highest byte of `low` waits for a carry, and those before it with it, if they are 255. */
function shiftOut(): void {
  // Before the first byte there is nothing that a carry could reach.
  if (waiting < 0 || low < 0xff000000 || low > 0xffffffff) {
    const carry = <u32>(low >>> 32);
    if (waiting >= 0) write(waitingByte + carry);
    for (; waiting > 0; waiting--) write(0xff + carry);
    waitingByte = <u32>(low >>> 24) & 0xff;
    waiting = 0;
  } else waiting++;
  low = (low & 0xffffff) << 8;
}

function write(byte: u32): void {
  if (at >= end) refuse();
  store<u8>(at++, byte);
}

/** Writes what is left, or refuses what was not read to its end, or beyond. */
export function endRange(): void {
  if (!isReading) for (let i = 0; i < 5; i++) shiftOut();
  else if (at !== end) refuse();
}

/** Where what was written ends. */
export function rangeEnd(): usize {
  return at;
}
