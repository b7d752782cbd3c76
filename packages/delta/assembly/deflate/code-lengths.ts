import { putBits, putCode } from './bit-writer';
import { assignCodes, buildLengths } from './prefix-code';

/** Lengths of codes are written in a code of their own. @see https://www.rfc-editor.org/rfc/rfc1951#section-3.2.7 */
const symbols: u32 = 19;
const longestCode: u32 = 7;
const repeat: u32 = 16;
const zeros: u32 = 17;
const manyZeros: u32 = 18;

/** Symbols of both codes: what follows << 8 | symbol; 32 bits each. */
const written = memory.data(1280, 4);
let writtenCount: u32 = 0;

const counts = memory.data(76, 4);
const lengths = memory.data(19);
const codes = memory.data(76, 4);
/** How many of the lengths in `order` are written. */
let orderedCount: u32 = 0;
const order = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/**
 * Makes ready to write the lengths of two codes.
 * @returns the bits that this takes
 */
export function planLengths(literals: usize, lastLiteral: i32, distances: usize, lastDistance: i32): u32 {
  memory.fill(counts, 0, 4 * symbols);
  writtenCount = 0;
  planRuns(literals, lastLiteral);
  planRuns(distances, lastDistance);
  buildLengths(counts, symbols, longestCode, lengths);
  orderedCount = symbols;
  while (orderedCount > 4 && lengthInOrder(orderedCount - 1) === 0) orderedCount--;
  let bits = 14 + 3 * orderedCount;
  for (let symbol: u32 = 0; symbol < symbols; symbol++)
    bits += load<u32>(counts + 4 * symbol) * (load<u8>(lengths + symbol) + extraBits(symbol));
  return bits;
}

export function putLengths(lastLiteral: i32, lastDistance: i32): void {
  assignCodes(lengths, symbols, codes);
  putBits(lastLiteral - 256, 5);
  putBits(lastDistance, 5);
  putBits(orderedCount - 4, 4);
  for (let i: u32 = 0; i < orderedCount; i++) putBits(lengthInOrder(i), 3);
  for (let i: u32 = 0; i < writtenCount; i++) {
    const one = load<u32>(written + 4 * i);
    const symbol = one & 0xff;
    putCode(load<u32>(codes + 4 * symbol));
    putBits(one >> 8, extraBits(symbol));
  }
}

function lengthInOrder(i: u32): u32 {
  return load<u8>(lengths + load<u8>(order + i));
}

function extraBits(symbol: u32): u32 {
  return symbol < repeat ? 0 : symbol === repeat ? 2 : symbol === zeros ? 3 : 7;
}

/** Runs of one length, in the pieces into which zlib cuts them. */
function planRuns(from: usize, last: i32): void {
  let before: i32 = -1;
  let count: u32 = 0;
  let next: i32 = load<u8>(from);
  let most: u32 = next === 0 ? 138 : 7;
  let least: u32 = next === 0 ? 3 : 4;
  for (let i: i32 = 0; i <= last; i++) {
    const length = next;
    next = i < last ? (load<u8>(from + i + 1) as i32) : 0xffff;
    if (++count < most && length === next) continue;
    planRun(length, count, least, length === before);
    count = 0;
    before = length;
    most = next === 0 ? 138 : length === next ? 6 : 7;
    least = next === 0 || length === next ? 3 : 4;
  }
}

function planRun(length: i32, count: u32, least: u32, isKnown: bool): void {
  if (count < least) {
    for (let i: u32 = 0; i < count; i++) plan(length, 0);
  } else if (length !== 0) {
    if (!isKnown) plan(length, 0);
    plan(repeat, count - (isKnown ? 3 : 4));
  } else if (count <= 10) plan(zeros, count - 3);
  else plan(manyZeros, count - 11);
}

function plan(symbol: u32, extra: u32): void {
  store<u32>(written + 4 * writtenCount++, (extra << 8) | symbol);
  store<u32>(counts + 4 * symbol, load<u32>(counts + 4 * symbol) + 1);
}
