import { putBits } from '../deflate/bit-writer';
import {
  bitsOfSaid,
  forgetSaid,
  longestSaid,
  manyZeros,
  putSaid,
  repeat,
  saidCounts,
  saidLengths,
  saidSymbols,
  say,
  zeros,
} from '../deflate/said-lengths';

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

/** The lengths of both codes one after the other. */
const lengthsOfBoth = memory.data(316);

/**
 * Makes ready to write the lengths of two codes.
 * @returns the bits that this takes, with the three of the block
 */
export function planHeader(literals: usize, literalCount: u32, distances: usize, distanceCount: u32): i32 {
  memory.copy(lengthsOfBoth, literals, literalCount);
  memory.copy(lengthsOfBoth + literalCount, distances, distanceCount);
  forgetSaid();
  planRuns(literalCount + distanceCount);
  buildLengths(saidCounts, saidSymbols, longestSaid, saidLengths);
  return 3 + bitsOfSaid();
}

export function putHeader(literalCount: u32, distanceCount: u32): void {
  putBits(4, 3);
  putSaid(literalCount - 1, distanceCount - 1);
}

/** Each run as few repetitions as can be, the longest first. */
function planRuns(count: u32): void {
  for (let at: u32 = 0; at < count; ) {
    const length: u32 = load<u8>(lengthsOfBoth + at);
    let same: u32 = 1;
    while (at + same < count && load<u8>(lengthsOfBoth + at + same) === length) same++;
    at += same;
    planRun(length, same);
  }
}

function planRun(length: u32, count: u32): void {
  let left = count;
  if (length !== 0) {
    say(length, 0);
    for (left--; left >= 3; left -= min(left, 6)) say(repeat, min(left, 6) - 3);
  } else {
    for (; left >= 11; left -= min(left, 138)) say(manyZeros, min(left, 138) - 11);
    if (left >= 3) {
      say(zeros, left - 3);
      left = 0;
    }
  }
  for (; left > 0; left--) say(length, 0);
}
