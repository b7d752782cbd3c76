import { putBits, putCode } from './bit-writer';
import { assignCodes } from './prefix-code';

/** Lengths of codes are written in a code of their own. @see https://www.rfc-editor.org/rfc/rfc1951#section-3.2.7 */
export const saidSymbols: u32 = 19;
export const longestSaid: u32 = 7;
export const repeat: u32 = 16;
export const zeros: u32 = 17;
export const manyZeros: u32 = 18;

/** How often each symbol is written, 32 bits each; and the lengths of codes for them, which an encoder builds in its own way. */
export const saidCounts = memory.data(76, 4);
export const saidLengths = memory.data(19);

/** Symbols that say the lengths of both codes: what follows << 8 | symbol; 32 bits each. */
const written = memory.data(1280, 4);
let writtenCount: u32 = 0;

const codes = memory.data(76, 4);
/** How many of the lengths in `order` are written. */
let orderedCount: u32 = 0;
const order = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

export function forgetSaid(): void {
  memory.fill(saidCounts, 0, 4 * saidSymbols);
  writtenCount = 0;
}

export function say(symbol: u32, extra: u32): void {
  store<u32>(written + 4 * writtenCount++, (extra << 8) | symbol);
  store<u32>(saidCounts + 4 * symbol, load<u32>(saidCounts + 4 * symbol) + 1);
}

/** The bits that writing all of it takes, once there are lengths of codes. */
export function bitsOfSaid(): u32 {
  orderedCount = saidSymbols;
  while (orderedCount > 4 && lengthInOrder(orderedCount - 1) === 0) orderedCount--;
  let bits = 14 + 3 * orderedCount;
  for (let symbol: u32 = 0; symbol < saidSymbols; symbol++)
    bits += load<u32>(saidCounts + 4 * symbol) * (load<u8>(saidLengths + symbol) + extraBits(symbol));
  return bits;
}

/** @param lastLiteral the last symbol of each code that has a length */
export function putSaid(lastLiteral: i32, lastDistance: i32): void {
  assignCodes(saidLengths, saidSymbols, codes);
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
  return load<u8>(saidLengths + load<u8>(order + i));
}

function extraBits(symbol: u32): u32 {
  return symbol < repeat ? 0 : symbol === repeat ? 2 : symbol === zeros ? 3 : 7;
}
