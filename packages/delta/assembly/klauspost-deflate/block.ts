import { alignBits, putBits, putBytes, putCode, putSymbols } from '../deflate/bit-writer';
import { assignCodes } from '../deflate/prefix-code';
import {
  distanceSymbols,
  endOfBlock,
  fixedDistanceCodes,
  fixedDistanceLengths,
  fixedLiteralCodes,
  fixedLiteralLengths,
  literalSymbols,
} from '../deflate/symbols';
import { content } from './content';
import { buildLengths, planHeader, putHeader } from './own-codes';
import {
  distanceCounts,
  estimatedBits,
  extraBits,
  literalCounts,
  symbolCount,
  symbols,
  symbolsEnd,
} from './window-symbols';

const longestCode: u32 = 15;
/** With as many symbols, the codes that the specification fixes are not tried. */
const symbolsForOwnCodes: i32 = 250;
/** What saying codes costs, where it is not known yet. */
const usualHeader: i32 = 560;
/** Codes of their own must save a 128th of what they are estimated at. */
const penaltyShift: i32 = 7;
/** What fixed codes must save to end a block that is open: its end, and a bit. */
const savedByFixed: i32 = 8;
/** Contents with more bytes are stored where all bytes are about as frequent. */
const evenFrom: i32 = 1024;

/** Codes that a block began with. Windows go on in it as long as that seems shorter than a block of their own. */
const literalLengths = memory.data(286);
const distanceLengths = memory.data(30);
const literalCodes = memory.data(1144, 4);
const distanceCodes = memory.data(120, 4);
/** Bits that saying these codes took; 0 where no block is open. */
let openHeader: i32 = 0;
/** Whether the open block's codes have literals alone. */
let isOpenForLiterals: bool = false;
/** Of the window's bytes, and of the end of a block; and lengths of codes for them. */
const byteCounts = memory.data(1028, 4);
const byteLengths = memory.data(257);
const byteSymbols: u32 = 257;
const oneDistance = memory.data<u8>([1]);

/** Whether codes are said with all symbols that there could be, and the end of a block is not counted before it is written. */
let saysAll: bool = false;

/** @param asUntil118 as klauspost/compress does up to 1.18.0 */
export function resetBlocks(asUntil118: bool): void {
  saysAll = asUntil118;
  openHeader = 0;
  isOpenForLiterals = false;
}

export function endBlock(): void {
  if (openHeader === 0) return;
  putCode(load<u32>(literalCodes + 4 * endOfBlock));
  openHeader = 0;
}

/** An empty block, with which the stream reaches a whole byte. */
export function putMark(): void {
  putStoredHead(0);
}

export function putLastBlock(): void {
  endBlock();
  putBits(3, 3);
  putCode(load<u32>(fixedLiteralCodes + 4 * endOfBlock));
  alignBits();
}

export function putStored(from: i32, size: i32): void {
  putStoredHead(size);
  putBytes(content + from, size);
}

function putStoredHead(size: u32): void {
  endBlock();
  putBits(0, 3);
  alignBits();
  putBits(size | (~size << 16), 32);
}

function storedBits(size: i32): i32 {
  return (size + 5) * 8;
}

/**
 * Writes the symbols of the window, or what is shorter.
 * @param isLast whether the block ends with it
 */
export function putWindow(from: i32, size: i32, isLast: bool): void {
  if (isOpenForLiterals || !hasCodes()) endBlock();
  isOpenForLiterals = false;
  const isAll = saysAll && !isLast;
  if (!isAll) countEndAndDistance();
  if (openHeader !== 0) {
    const going = windowBits(literalLengths, distanceLengths);
    const anew = estimateAnew(isLast);
    if (anew < going) endBlock();
    if (putFixedOrStored(from, size, isLast, min(anew, going), savedByFixed)) return;
  }
  if (openHeader === 0 && !beginBlock(from, size, isLast, isAll)) return;
  putSymbols(symbols, symbolsEnd(), literalCodes, distanceCodes);
  if (isLast) endBlock();
}

/** Whether the open block, if there is one, has codes for all symbols. */
function hasCodes(): bool {
  if (openHeader === 0) return true;
  for (let i: u32 = 0; i < distanceSymbols; i++)
    if (load<u32>(distanceCounts + 4 * i) !== 0 && load<u8>(distanceLengths + i) === 0) return false;
  return areCoded(literalCounts, literalSymbols);
}

function areCoded(counts: usize, symbols: u32): bool {
  for (let i: u32 = 0; i < symbols; i++)
    if (load<u32>(counts + 4 * i) !== 0 && load<u8>(literalLengths + i) === 0) return false;
  return true;
}

/** A code for distances must have one. */
function countEndAndDistance(): void {
  store<u32>(literalCounts + 4 * endOfBlock, 1);
  for (let i: u32 = 0; i < distanceSymbols; i++) if (load<u32>(distanceCounts + 4 * i) !== 0) return;
  store<u32>(distanceCounts, 1);
}

function estimateAnew(isLast: bool): i32 {
  const bits = openHeader + estimatedBits(isLast ? 1 : 0);
  return bits + (load<u8>(literalLengths + endOfBlock) as i32) + (bits >> penaltyShift);
}

/**
 * Writes the window in fixed codes or stored, if that takes no more than so many bits.
 * @param saved bits that fixed codes must save
 * @returns whether it was written
 */
function putFixedOrStored(from: i32, size: i32, isLast: bool, bits: i32, saved: i32): bool {
  const isTried = symbolCount() + (isLast ? 1 : 0) < symbolsForOwnCodes;
  const fixed = isTried ? 3 + windowBits(fixedLiteralLengths, fixedDistanceLengths) : i32.MAX_VALUE;
  const isFixed = fixed <= bits - saved;
  // Where a block is open, storing is held against going on, even if fixed codes are shorter than both.
  if (storedBits(size) <= (isFixed && saved === 0 ? fixed : bits)) putStored(from, size);
  else if (isFixed) putFixed();
  else return false;
  return true;
}

function putFixed(): void {
  endBlock();
  putBits(2, 3);
  putSymbols(symbols, symbolsEnd(), fixedLiteralCodes, fixedDistanceCodes);
  putCode(load<u32>(fixedLiteralCodes + 4 * endOfBlock));
}

/** @returns whether it was begun; else the window was written without */
function beginBlock(from: i32, size: i32, isLast: bool, isAll: bool): bool {
  store<u32>(literalCounts + 4 * endOfBlock, 1);
  buildLengths(literalCounts, literalSymbols, longestCode, literalLengths);
  buildLengths(distanceCounts, distanceSymbols, longestCode, distanceLengths);
  const literals = isAll ? literalSymbols : lastUsed(literalLengths, literalSymbols);
  const distances = isAll ? distanceSymbols : lastUsed(distanceLengths, distanceSymbols);
  const header = planHeader(literalLengths, literals, distanceLengths, distances);
  const bits = header + windowBits(literalLengths, distanceLengths);
  if (putFixedOrStored(from, size, isLast, bits, 0)) return false;
  putHeader(literals, distances);
  openHeader = header;
  assignCodes(literalLengths, literalSymbols, literalCodes);
  assignCodes(distanceLengths, distanceSymbols, distanceCodes);
  return true;
}

function lastUsed(lengths: usize, symbols: u32): u32 {
  let count = symbols;
  while (load<u8>(lengths + count - 1) === 0) count--;
  return count;
}

/** Of the window's symbols, with what stands behind them. */
function windowBits(literals: usize, distances: usize): i32 {
  return (
    bitsOf(literalCounts, literals, literalSymbols) +
    bitsOf(distanceCounts, distances, distanceSymbols) +
    extraBits()
  );
}

function bitsOf(counts: usize, lengths: usize, symbols: u32): i32 {
  let bits: u32 = 0;
  for (let i: u32 = 0; i < symbols; i++) bits += load<u32>(counts + 4 * i) * load<u8>(lengths + i);
  return bits;
}

/** Writes the bytes of the window without matches, or stored where that is not much longer. */
export function putLiterals(from: i32, size: i32, isLast: bool): void {
  countBytes(from, size);
  const anew = estimateLiterals();
  if ((size > evenFrom && isEven(size)) || storedBits(size) <= anew) {
    putStored(from, size);
    return;
  }
  if (bitsOf(byteCounts, literalLengths, endOfBlock) > anew || !areCoded(byteCounts, endOfBlock)) endBlock();
  if (openHeader === 0) beginForLiterals();
  for (let at = from; at < from + size; at++)
    putCode(load<u32>(literalCodes + 4 * (load<u8>(content + at) as usize)));
  if (isLast) endBlock();
}

/** Of the window's bytes with codes made for them, and the end of the block. */
function estimateLiterals(): i32 {
  store<u32>(byteCounts + 4 * endOfBlock, 1);
  buildLengths(byteCounts, byteSymbols, longestCode, byteLengths);
  const bits = bitsOf(byteCounts, byteLengths, byteSymbols) + (openHeader === 0 ? usualHeader : openHeader);
  return bits + (bits >> penaltyShift);
}

function countBytes(from: i32, size: i32): void {
  memory.fill(byteCounts, 0, 4 * byteSymbols);
  for (let at = from; at < from + size; at++) {
    const count = byteCounts + 4 * (load<u8>(content + at) as usize);
    store<u32>(count, load<u32>(count) + 1);
  }
}

/** Whether frequencies of bytes differ no more than chance has it. */
function isEven(size: i32): bool {
  const mean = (size as f64) / 256;
  let squares: f64 = 0;
  for (let i: u32 = 0; i < endOfBlock; i++) {
    const beside = (load<u32>(byteCounts + 4 * i) as f64) - mean;
    squares += beside * beside;
  }
  return squares < ((2 * size) as f64);
}

function beginForLiterals(): void {
  memory.copy(literalLengths, byteLengths, byteSymbols);
  openHeader = planHeader(literalLengths, byteSymbols, oneDistance, 1);
  putHeader(byteSymbols, 1);
  isOpenForLiterals = true;
  assignCodes(literalLengths, byteSymbols, literalCodes);
}
