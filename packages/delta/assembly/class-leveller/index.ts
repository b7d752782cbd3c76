import { reserve } from '../byte-mixer/memory';
import { changeBody } from './body';
import { endOf, newPool, oldPool, readConstants } from './constants';
import { Flaw, refuse } from './flaw';
import { beginInstructions } from './instructions';
import { makeConstants } from './made-constants';
import { renumberReplaced } from './replaced-constants';
import { leftOf, next, nextSigned, openStream, Stream } from './streams';

export { flawNumber, takeFlaw } from './flaw';
export { openStream };

/**
 * Levels class files of a base, and gives new ones back their constants. What is wrong with them ends a call by a trap: `takeFlaw` tells what it was.
 * Memory behind the program's own: the base, room for the new bytes, the streams, and as much room again for the constants that are made and one
 * class file that is restored.
 */

let base: usize = 0;
let fresh: usize = 0;
let made: usize = 0;
let end: usize = 0;

/** Where the last class file of the base ends that was levelled, and where it began. */
let source: usize = 0;
let sourceEnd: usize = 0;
let skippedBytes: f64 = 0;

/** Where the constants of the next new class file belong. */
let pooled: usize = 0;

/** Before a view of memory is made. Lengths in bytes; returns where the base begins. */
export function begin(baseLength: u32, newLength: u32, streamsLength: u32): usize {
  base = (__heap_base + 15) & ~15;
  fresh = base + baseLength;
  made = fresh + newLength + streamsLength;
  end = made + newLength;
  reserve(end);
  sourceEnd = base;
  pooled = made;
  beginInstructions();
  return base;
}

/** Whether the streams say another class file. */
export function hasNext(): bool {
  return leftOf(Stream.classes) > 0;
}

/** Behind the last class file. */
export function endStreams(): void {
  for (let stream: Stream = Stream.classes; stream <= Stream.texts; stream++)
    if (leftOf(stream) > 0) refuse(Flaw.streamLeft, stream);
}

/** Levels the next class file of the base: its place there is `sourceStart`. Returns how many bytes the new one has up to the end of its constants. */
export function levelNext(): u32 {
  skippedBytes = <f64>next(Stream.classes);
  const start = <i64>sourceEnd + nextSigned(Stream.classes);
  if (start < <i64>base || start >= <i64>fresh) refuse(Flaw.sourceOutside, <f64>(start - <i64>base));
  source = <usize>start;
  readConstants(oldPool, source, fresh);
  const behind = makeConstants(pooled, end);
  readConstants(newPool, pooled, behind);
  renumberReplaced();
  sourceEnd = changeBody(oldPool, endOf(oldPool), fresh, true, true);
  const length = <u32>(behind - pooled);
  pooled = behind;
  return length;
}

/** Of the last one that was levelled. */
export function sourceStart(): u32 {
  return <u32>(source - base);
}

export function sourceLength(): u32 {
  return <u32>(sourceEnd - source);
}

/** Bytes of no class file before the new one. */
export function skipped(): f64 {
  return skippedBytes;
}

/** Levels, in place, what stands behind the constants of a new class file. Returns where it ends. */
export function levelNew(constants: usize, start: usize, last: usize): usize {
  readConstants(newPool, constants, end);
  return changeBody(newPool, start, last, true, false);
}

/** Where bytes are put that are restored: behind all constants. */
export function room(): usize {
  return pooled;
}

/** Restores, in a copy at `room`, what stands behind the constants of a new class file. Returns how many bytes that are. */
export function restore(constants: usize, start: usize, length: u32): u32 {
  readConstants(newPool, constants, end);
  memory.copy(pooled, start, length);
  return <u32>(changeBody(newPool, pooled, pooled + length, false, false) - pooled);
}
