import { output, resetBits, takeOutput } from '../deflate/bit-writer';
import { putLastBlock, putLiterals, putMark, putStored, putWindow, resetBlocks } from './block';
import {
  clearContent,
  content,
  contentEnd,
  grow,
  keepLast,
  makeRoom,
  moveWindow,
  roomBehind,
  windowSize,
  windowStart,
} from './content';
import { forgetPlaces, leaveBehind, movePlaces } from './places';
import { searchQuickly } from './search-quickly';
import { searchThoroughly } from './search-thoroughly';
import { clearSymbols, symbolCount } from './window-symbols';

/**
 * Deflates as klauspost/compress does at levels 1, 5 and 6, and compress/flate of Go since it has these from there. `begin`; then, for all of the content: copy it to `place`, at most `room`
 * bytes, and call `add`; then `finish`. What `add` and `finish` return is the number of bytes that lie at `written` until the next call.
 * @see https://github.com/klauspost/compress/tree/master/flate
 */

/** Bytes that a block of pgzip knows of the one before. @see https://github.com/klauspost/pgzip */
const known: i32 = 16384;
/** A last window below this is not searched, and below the other one stored. */
const searchedFrom: i32 = 128;
const codedFrom: i32 = 33;

let level: u32 = 0;
/** Bytes of content after which everything begins anew but for what is known; 0 for never. And how many are left until then. */
let blockSize: i32 = 0;
let left: i32 = 0;

/**
 * @param asUntil118 as klauspost/compress does up to 1.18.0
 * @param size of the blocks of pgzip; 0 where it is not used
 */
export function begin(asUntil118: bool, ofLevel: u32, size: i32): void {
  level = ofLevel;
  blockSize = size;
  left = size;
  clearContent();
  forgetPlaces();
  resetBlocks(asUntil118);
  resetBits();
}

export function written(): usize {
  return output;
}

export function place(): usize {
  return content + contentEnd();
}

export function room(): u32 {
  return blockSize === 0 ? roomBehind() : min(roomBehind(), left);
}

export function add(size: u32): u32 {
  grow(size);
  // The last window of a block is another one: a full one waits until something follows.
  while (contentEnd() - windowStart() > windowSize) putNext(windowSize, false);
  if (blockSize !== 0) {
    left -= size;
    if (left === 0) beginAnew();
  }
  movePlaces(makeRoom());
  return takeOutput();
}

export function finish(): u32 {
  putRest();
  if (blockSize !== 0) putMark();
  putLastBlock();
  return takeOutput();
}

function putRest(): void {
  const size = contentEnd() - windowStart();
  if (size >= searchedFrom) putNext(size, true);
  else if (size >= codedFrom) putLiterals(windowStart(), size, true);
  else if (size > 0) putStored(windowStart(), size);
}

function putNext(size: i32, isLast: bool): void {
  const from = windowStart();
  search(from, from + size);
  const count = symbolCount();
  if (count === 0) putStored(from, size);
  // Where matches save less than a sixteenth, they are left out.
  else if (count > size - (size >> 4)) putLiterals(from, size, isLast);
  else putWindow(from, size, isLast);
  moveWindow(from + size);
}

function search(from: i32, to: i32): void {
  clearSymbols();
  if (level === 1) searchQuickly(from, to);
  else searchThoroughly(from, to, level);
}

function beginAnew(): void {
  putRest();
  putMark();
  leaveBehind(contentEnd());
  keepLast(known);
  search(0, known);
  left = blockSize;
}
