import { reserve } from '../byte-mixer/memory';
import { beginAttributes } from './attributes';
import { putBody } from './body';
import { putConstants } from './constants';
import { beginInstructions } from './instructions';
import { beginOutput, bytes, left, slack } from './output';
import { refuse } from './refuse';
import { endOf, endStreams, next, openStream, Stream, startOf } from './streams';
import { beginTexts, textRoom } from './texts';

export { openStream };

/**
 * Makes sections of typed contents, one after the other. What cannot be made ends a call by a trap. Memory behind the program's own: the contents, the
 * streams, and a table of texts.
 */

let contents: usize = 0;

/**
 * Begins a section, before a view of memory is made.
 * @param length bytes of contents
 * @param streamsLength bytes of all streams
 * @param texts that are new, at most
 * @returns where the contents will be
 */
export function begin(length: u32, streamsLength: u32, texts: u32): usize {
  contents = (__heap_base + 15) & ~15;
  const table = (streamsStart(length) + streamsLength + slack + 3) & ~3;
  reserve(table + textRoom * (<usize>texts + 1));
  beginOutput(contents, length);
  beginTexts(table, texts);
  beginAttributes();
  beginInstructions();
  return contents;
}

/** Where streams belong, behind so many bytes of contents. */
export function streamsStart(length: u32): usize {
  return contents + length + slack;
}

/** When all streams are open and filled. */
export function join(): void {
  while (startOf(Stream.skipped) < endOf(Stream.skipped)) {
    bytes(Stream.others, next(Stream.skipped));
    putConstants();
    putBody();
  }
  bytes(Stream.others, <u64>(endOf(Stream.others) - startOf(Stream.others)));
  if (left() > 0) refuse();
  endStreams();
}
