import { putBits, putCode } from '../deflate/bit-writer';
import { assignCodes } from '../deflate/prefix-code';

const mostSymbols: u32 = 286;
/** Symbols that occur, the rarest first: count << 9 | symbol. */
const used = memory.data(1144, 4);
/** Weights of the row before and of this one, and for each number of items of a row how many of them are symbols. */
const weightsBefore = memory.data(2288, 4);
const weights = memory.data(2288, 4);
const symbolsBefore = memory.data(17160, 2);
const rowSize: usize = 1144;

/**
 * The lengths of a code that is as short as can be while none has more than `most` bits, one byte each. Of several such codes it is the one that package-merge gives where a package goes before
 * a symbol of the same weight.
 * @param counts 32 bits each
 * @see https://en.wikipedia.org/wiki/Package-merge_algorithm
 */
export function buildLengths(counts: usize, symbols: u32, most: u32, lengths: usize): void {
  memory.fill(lengths, 0, symbols);
  const count = sortUsed(counts, symbols);
  if (count <= 2) {
    for (let i: u32 = 0; i < count; i++) store<u8>(lengths + usedSymbol(i), 1);
    return;
  }
  const rows = min(most, count - 1);
  let packages: u32 = 0;
  for (let row: u32 = 0; row < rows; row++) packages = fillRow(row, count, packages) >> 1;
  // Of the last row, two items for each symbol but one are taken; every package among them takes two of the row before.
  let taken: u32 = 2 * count - 2;
  for (let row = rows; row-- > 0; ) {
    const singles: u32 = load<u16>(symbolsBefore + rowSize * row + 2 * taken);
    for (let i: u32 = 0; i < singles; i++) {
      const length = lengths + usedSymbol(i);
      store<u8>(length, load<u8>(length) + 1);
    }
    taken = 2 * (taken - singles);
  }
}

function usedSymbol(i: u32): u32 {
  return load<u32>(used + 4 * i) & 0x1ff;
}

/** @returns how many there are */
function sortUsed(counts: usize, symbols: u32): u32 {
  let count: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const frequency = load<u32>(counts + 4 * symbol);
    if (frequency === 0) continue;
    const one = (frequency << 9) | symbol;
    let at = used + 4 * count++;
    for (; at > used && load<u32>(at - 4) > one; at -= 4) store<u32>(at, load<u32>(at - 4));
    store<u32>(at, one);
  }
  return count;
}

/**
 * Each row has the symbols, and packages of two items of the row before, by weight.
 * @returns how many items it has
 */
function fillRow(row: u32, count: u32, packages: u32): u32 {
  memory.copy(weightsBefore, weights, 4 * 2 * mostSymbols);
  const marks = symbolsBefore + rowSize * row;
  let symbol: u32 = 0;
  let pack: u32 = 0;
  while (symbol < count || pack < packages) {
    const light: u32 = symbol < count ? load<u32>(used + 4 * symbol) >> 9 : u32.MAX_VALUE;
    const heavy: u32 =
      pack < packages
        ? load<u32>(weightsBefore + 8 * pack) + load<u32>(weightsBefore + 8 * pack, 4)
        : u32.MAX_VALUE;
    if (light < heavy) symbol++;
    else pack++;
    const items = symbol + pack;
    store<u32>(weights + 4 * (items - 1), min(light, heavy));
    store<u16>(marks + 2 * items, symbol);
  }
  return symbol + pack;
}

/** Lengths of codes are written in a code of their own. @see https://www.rfc-editor.org/rfc/rfc1951#section-3.2.7 */
const runSymbols: u32 = 19;
const longestRunCode: u32 = 7;
const repeat: u32 = 16;
const zeros: u32 = 17;
const manyZeros: u32 = 18;
const order = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** The lengths of both codes one after the other, and the symbols that say them: what follows << 8 | symbol; 32 bits each. */
const said = memory.data(316);
const written = memory.data(1264, 4);
let writtenCount: u32 = 0;
const runCounts = memory.data(76, 4);
const runLengths = memory.data(19);
const runCodes = memory.data(76, 4);
/** How many of the lengths in `order` are written. */
let orderedCount: u32 = 0;

/**
 * Makes ready to write the lengths of two codes.
 * @returns the bits that this takes, with the three of the block
 */
export function planHeader(literals: usize, literalCount: u32, distances: usize, distanceCount: u32): i32 {
  memory.copy(said, literals, literalCount);
  memory.copy(said + literalCount, distances, distanceCount);
  planRuns(literalCount + distanceCount);
  buildLengths(runCounts, runSymbols, longestRunCode, runLengths);
  orderedCount = runSymbols;
  while (orderedCount > 4 && load<u32>(runCounts + 4 * inOrder(orderedCount - 1)) === 0) orderedCount--;
  let bits = 17 + 3 * orderedCount;
  for (let symbol: u32 = 0; symbol < runSymbols; symbol++)
    bits += load<u32>(runCounts + 4 * symbol) * (load<u8>(runLengths + symbol) + bitsBehind(symbol));
  return bits;
}

export function putHeader(literalCount: u32, distanceCount: u32): void {
  assignCodes(runLengths, runSymbols, runCodes);
  putBits(4, 3);
  putBits(literalCount - 257, 5);
  putBits(distanceCount - 1, 5);
  putBits(orderedCount - 4, 4);
  for (let i: u32 = 0; i < orderedCount; i++) putBits(load<u8>(runLengths + inOrder(i)), 3);
  for (let i: u32 = 0; i < writtenCount; i++) {
    const one = load<u32>(written + 4 * i);
    const symbol = one & 0xff;
    putCode(load<u32>(runCodes + 4 * symbol));
    putBits(one >> 8, bitsBehind(symbol));
  }
}

function inOrder(i: u32): u32 {
  return load<u8>(order + i);
}

function bitsBehind(symbol: u32): u32 {
  return symbol < repeat ? 0 : symbol === repeat ? 2 : symbol === zeros ? 3 : 7;
}

/** Each run as few repetitions as can be, the longest first. */
function planRuns(count: u32): void {
  memory.fill(runCounts, 0, 4 * runSymbols);
  writtenCount = 0;
  for (let at: u32 = 0; at < count; ) {
    const length: u32 = load<u8>(said + at);
    let same: u32 = 1;
    while (at + same < count && load<u8>(said + at + same) === length) same++;
    at += same;
    planRun(length, same);
  }
}

function planRun(length: u32, count: u32): void {
  let left = count;
  if (length !== 0) {
    plan(length, 0);
    for (left--; left >= 3; left -= min(left, 6)) plan(repeat, min(left, 6) - 3);
  } else {
    for (; left >= 11; left -= min(left, 138)) plan(manyZeros, min(left, 138) - 11);
    if (left >= 3) {
      plan(zeros, left - 3);
      left = 0;
    }
  }
  for (; left > 0; left--) plan(length, 0);
}

function plan(symbol: u32, more: u32): void {
  store<u32>(written + 4 * writtenCount++, (more << 8) | symbol);
  store<u32>(runCounts + 4 * symbol, load<u32>(runCounts + 4 * symbol) + 1);
}
