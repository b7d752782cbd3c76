import { alignBits, putBits, putBytes, putCode, putSymbols } from './bit-writer';
import { planLengths } from './code-lengths';
import { assignCodes, buildLengths } from './prefix-code';
import { putSaid } from './said-lengths';
import {
  distanceExtras,
  distanceSymbol,
  distanceSymbols,
  endOfBlock,
  firstLength,
  fixedDistanceCodes,
  fixedDistanceLengths,
  fixedLiteralCodes,
  fixedLiteralLengths,
  lengthSymbolTable,
  literalExtras,
  literalSymbols,
} from './symbols';

const longestCode: u32 = 15;

/** distance << 8 | length - 3, or without a distance the literal; 32 bits each. */
const symbols = memory.data(131072, 4);
let symbolsEnd: usize = symbols;
let symbolsLimit: usize = symbols;
/** Where it is asked if the block is full. */
let nextLook: usize = symbols;

/** How often they occur, 32 bits each; and their codes. */
const literalCounts = memory.data(1144, 4);
const distanceCounts = memory.data(120, 4);
const literalLengths = memory.data(286);
const distanceLengths = memory.data(30);
const literalCodes = memory.data(1144, 4);
const distanceCodes = memory.data(120, 4);

/** Whether blocks end early where that may be worth it, as those of GNU gzip do; and after how many symbols it looks. */
let isTried: bool = false;
const triedEvery: u32 = 4096;

/**
 * @param most symbols of a block
 * @param ends whether a block ends where GNU gzip guesses that it shrinks well
 */
export function resetBlock(most: u32, ends: bool): void {
  symbolsLimit = symbols + 4 * most;
  isTried = ends;
  clear();
}

/** Whether nothing was added since the last block. */
export function isEmpty(): bool {
  return symbolsEnd === symbols;
}

function clear(): void {
  symbolsEnd = symbols;
  nextLook = isTried ? min(symbols + 4 * triedEvery, symbolsLimit) : symbolsLimit;
  memory.fill(literalCounts, 0, 4 * literalSymbols);
  memory.fill(distanceCounts, 0, 4 * distanceSymbols);
}

/** @returns whether it is to be asked if the block is full */
export function addLiteral(byte: u32): bool {
  store<u32>(symbolsEnd, byte);
  symbolsEnd += 4;
  addOne(literalCounts + 4 * byte);
  return symbolsEnd === nextLook;
}

/** See addLiteral. */
export function addMatch(length: u32, distance: u32): bool {
  store<u32>(symbolsEnd, (distance << 8) | (length - 3));
  symbolsEnd += 4;
  addOne(literalCounts + 4 * (firstLength + load<u8>(lengthSymbolTable + length - 3)));
  addOne(distanceCounts + 4 * distanceSymbol(distance - 1));
  return symbolsEnd === nextLook;
}

/** @param size of what the block stands for, as GNU gzip counts it */
export function isFull(size: u32): bool {
  if (symbolsEnd === symbolsLimit) return true;
  nextLook = min(symbolsLimit, nextLook + 4 * triedEvery);
  return shrinksWell(((symbolsEnd - symbols) as u32) >> 2, size);
}

/** GNU gzip's guess: few matches, and even so half of the content's size at most, where a symbol of a distance takes five bits. */
function shrinksWell(count: u32, size: u32): bool {
  let matches: u32 = 0;
  let bits: u32 = 8 * count;
  for (let i: u32 = 0; i < distanceSymbols; i++) {
    const many = load<u32>(distanceCounts + 4 * i);
    matches += many;
    bits += many * (5 + (load<u8>(distanceExtras + i) as u32));
  }
  return matches < count >> 1 && bits >> 3 < size >> 1;
}

function addOne(count: usize): void {
  store<u32>(count, load<u32>(count) + 1);
}

const stored: u32 = 0;
const fixed: u32 = 1;
const dynamic: u32 = 2;

/**
 * Writes what was added, in the shortest of the three forms.
 * @param content what the block stands for; 0 where it is no longer there
 */
export function writeBlock(content: usize, size: u32, isLast: bool): void {
  addOne(literalCounts + 4 * endOfBlock);
  const lastLiteral = buildLengths(literalCounts, literalSymbols, longestCode, literalLengths);
  const lastDistance = buildLengths(distanceCounts, distanceSymbols, longestCode, distanceLengths);
  const planned = planLengths(literalLengths, lastLiteral, distanceLengths, lastDistance);
  const dynamicSize = bytesOf(planned + symbolBits(literalLengths, distanceLengths));
  const fixedSize = bytesOf(symbolBits(fixedLiteralLengths, fixedDistanceLengths));
  if (content !== 0 && size + 4 <= min(dynamicSize, fixedSize)) {
    putStored(content, size, isLast);
  } else if (fixedSize <= dynamicSize) {
    putHead(fixed, isLast);
    putSymbols(symbols, symbolsEnd, fixedLiteralCodes, fixedDistanceCodes);
    putCode(load<u32>(fixedLiteralCodes + 4 * endOfBlock));
  } else {
    putHead(dynamic, isLast);
    putSaid(lastLiteral, lastDistance);
    assignCodes(literalLengths, literalSymbols, literalCodes);
    assignCodes(distanceLengths, distanceSymbols, distanceCodes);
    putSymbols(symbols, symbolsEnd, literalCodes, distanceCodes);
    putCode(load<u32>(literalCodes + 4 * endOfBlock));
  }
  if (isLast) alignBits();
  clear();
}

function putHead(form: u32, isLast: bool): void {
  putBits((form << 1) | (isLast ? 1 : 0), 3);
}

function putStored(content: usize, size: u32, isLast: bool): void {
  putHead(stored, isLast);
  alignBits();
  putBits(size | (~size << 16), 32);
  putBytes(content, size);
}

/** With the three bits of the head. */
function bytesOf(bits: u32): u32 {
  return (bits + 3 + 7) >> 3;
}

function symbolBits(literals: usize, distances: usize): u32 {
  return (
    bitsIn(literalCounts, literals, literalExtras, literalSymbols) +
    bitsIn(distanceCounts, distances, distanceExtras, distanceSymbols)
  );
}

function bitsIn(counts: usize, lengths: usize, extras: usize, count: u32): u32 {
  let bits: u32 = 0;
  for (let i: u32 = 0; i < count; i++)
    bits += load<u32>(counts + 4 * i) * ((load<u8>(lengths + i) as u32) + load<u8>(extras + i));
  return bits;
}
