import { output, resetBits, takeOutput } from './bit-writer';
import { resetBlock } from './block';
import { resetMatches } from './match';
import { addContent, addKnown, contentEnd, resetWalk, walkOn, walkToEnd, walkToPause } from './walk';
import { resetWindow, window, windowSize } from './window';

/**
 * Deflates as zlib does, to the bit, with a window of 32 KiB and the default strategy, or as zlib of Chromium or GNU gzip does. `begin`; then, for all of the content: copy it to `place`, at most
 * `room` bytes, and call `add`; then `finish`. What `add` and `finish` return is the number of bytes that lie at `written` until the next call.
 * @see https://www.rfc-editor.org/rfc/rfc1951
 */

/** Of zlib by level from 1 on: good length, lazy limit, nice length and tries. */
const levels = memory.data<u16>([
  4, 4, 8, 4, 4, 5, 16, 8, 4, 6, 32, 32, 4, 4, 16, 16, 8, 16, 32, 32, 8, 16, 128, 128, 8, 32, 128, 256, 32,
  128, 258, 1024, 32, 258, 258, 4096,
]);
const firstLazyLevel: u32 = 4;

const chromium: u32 = 1;
const gnu: u32 = 2;

/** @param variant 0 for zlib */
export function begin(variant: u32, level: u32, memLevel: u32): void {
  const row = levels + 8 * (level - 1);
  const bits = memLevel + 7;
  const isGnu = variant === gnu;
  const isLazy = level >= firstLazyLevel;
  resetWindow(variant === chromium, isGnu, variant === chromium ? max(bits, 15) : bits);
  resetMatches(isGnu, isLazy, load<u16>(row), load<u16>(row, 4), load<u16>(row, 6));
  resetWalk(isGnu, isLazy, load<u16>(row, 2));
  resetBlock((1 << (isGnu ? bits : memLevel + 6)) - 1, isGnu && level > 2);
  resetBits();
}

/** What was copied to `place` is taken to stand before the content. */
export function know(size: u32): void {
  addKnown(size);
}

/** Writes all that was added, brought to a whole byte as pigz does, and nothing that ends the stream. */
export function pause(): u32 {
  walkToPause();
  return takeOutput();
}

export function written(): usize {
  return output;
}

export function place(): usize {
  return window + contentEnd();
}

export function room(): u32 {
  return 2 * windowSize - contentEnd();
}

export function add(size: u32): u32 {
  addContent(size);
  if (room() === 0) walkOn();
  return takeOutput();
}

export function finish(): u32 {
  walkToEnd();
  return takeOutput();
}
