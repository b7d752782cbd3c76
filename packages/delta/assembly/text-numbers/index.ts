import { reserve } from '../byte-mixer/memory';
import { endOf, endStreams, Stream, startOf } from '../class-joiner/streams';
import { beginNibbles } from './nibbles';
import { beginRange, endRange, rangeEnd } from './range-coder';
import { beginTexts } from './texts';
import { codeTextsOfClass } from './uses';

export { openStream } from '../class-joiner/streams';

/** Codes which texts the class files of a section have. What cannot be coded ends a call by a trap; the program can be begun again. */

/** A number is written before it is known whether there is room for it. */
const slack: usize = 32;

let isReading = false;

/**
 * Begins a section, before a view of memory is made.
 * @param length bytes of all streams, and of what is packed
 * @param texts that are new, at most
 * @returns where the streams belong
 */
export function begin(length: u32, texts: u32, reading: bool): usize {
  isReading = reading;
  const start = beginTexts(texts, reading);
  reserve(start + length + slack);
  return start;
}

/**
 * When all streams are open and filled; those of texts are filled here where they are read.
 * @param packed where packed bytes are, or belong
 * @param length of what is read; most bytes of what is written
 * @returns packed bytes
 */
export function code(packed: usize, length: u32): u32 {
  beginNibbles();
  beginRange(packed, length, isReading);
  while (startOf(Stream.constantCounts) < endOf(Stream.constantCounts)) codeTextsOfClass();
  endRange();
  endStreams();
  return <u32>(rangeEnd() - packed);
}
