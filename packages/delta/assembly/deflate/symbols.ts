import { assignCodes } from './prefix-code';

/** Symbols of deflate. @see https://www.rfc-editor.org/rfc/rfc1951#section-3.2.5 */
export const literalSymbols: u32 = 286;
export const distanceSymbols: u32 = 30;
export const endOfBlock: u32 = 256;
export const firstLength: u32 = 257;
/** Codes that the specification fixes have two more literals, which never stand anywhere. */
const fixedLiterals: u32 = 288;

/** By length - 3: its symbol - 257, one byte each. */
export const lengthSymbolTable = memory.data(256);
/** By symbol: bits that follow it, one byte each; for literals 0. */
export const literalExtras = memory.data(288);
export const distanceExtras = memory.data(30);
/** By symbol - 257, and by symbol: the smallest length - 3, or distance - 1, that it stands for; 16 bits each. */
export const lengthBases = memory.data(58, 2);
export const distanceBases = memory.data(60, 2);

/** The codes that the specification fixes: lengths of one byte, codes as `assignCodes` writes them. */
export const fixedLiteralLengths = memory.data(288);
export const fixedDistanceLengths = memory.data(30);
export const fixedLiteralCodes = memory.data(1152, 4);
export const fixedDistanceCodes = memory.data(120, 4);

/**
 * Two symbols have the same highest bit, and differ in the next. Without a branch, since it cannot be foreseen how far a distance is.
 * @param before the distance - 1
 */
export function distanceSymbol(before: u32): u32 {
  const bits = 30 - (clz(before | 2) as u32);
  return 2 * bits + 2 + ((before >> bits) & 1) - 2 * <u32>(before < 2);
}

function fillLengths(): void {
  let length: u32 = 0;
  for (let step: u32 = 0; step < 28; step++) {
    const bits: u32 = step < 8 ? 0 : (step >> 2) - 1;
    store<u8>(literalExtras + firstLength + step, bits);
    store<u16>(lengthBases + 2 * step, length);
    for (let i: u32 = 0; i < 1 << bits; i++) store<u8>(lengthSymbolTable + length++, step);
  }
  // The longest has a symbol of its own.
  store<u8>(lengthSymbolTable + 255, 28);
  store<u16>(lengthBases + 56, 255);
}

function fillDistances(): void {
  let before: u32 = 0;
  for (let symbol: u32 = 0; symbol < distanceSymbols; symbol++) {
    const bits: u32 = symbol < 4 ? 0 : (symbol >> 1) - 1;
    store<u8>(distanceExtras + symbol, bits);
    store<u16>(distanceBases + 2 * symbol, before);
    before += 1 << bits;
  }
}

function fillFixedCodes(): void {
  for (let symbol: u32 = 0; symbol < fixedLiterals; symbol++)
    store<u8>(fixedLiteralLengths + symbol, symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8);
  memory.fill(fixedDistanceLengths, 5, distanceSymbols);
  assignCodes(fixedLiteralLengths, fixedLiterals, fixedLiteralCodes);
  assignCodes(fixedDistanceLengths, distanceSymbols, fixedDistanceCodes);
}

fillLengths();
fillDistances();
fillFixedCodes();
