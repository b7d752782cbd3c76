import type { RandomAccess } from '@block-pack/core';
import { asBuffer, type ZipEnd } from './zip-layout.ts';
import { endRecords, lengths, ones16, ones32, signatures } from './zip-write.ts';

/** End records that can be written again from what they count, and where they stand. */
export interface ZipEndPlace {
  readonly directoryOffset: number;
  readonly directorySize: number;
  readonly count: number;
  readonly shift: number;
  readonly records: ZipEnd;
  /** Where the file goes on behind them. */
  readonly end: number;
}

const commentLimit = 0xffff;
/** Signatures that are looked at: one can stand in a comment, and an archive of many says nothing else. */
const attempts = 8;

/** The file's end records, the last first: mostly that is the only one that is asked for. */
export async function* findEnds(source: RandomAccess): AsyncGenerator<ZipEndPlace, undefined> {
  const tailOffset = Math.max(
    0,
    source.size - commentLimit - lengths.end - lengths.locator - lengths.wideEnd,
  );
  const tail = asBuffer(await source.read(tailOffset, source.size - tailOffset));
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(signatures.end);
  let at = tail.length - lengths.end;
  for (let attempt = 0; attempt < attempts && at >= 0; attempt++, at--) {
    at = tail.lastIndexOf(signature, at);
    if (at < 0) break;
    const place = endAt(tail, at, tailOffset);
    if (place !== undefined) yield place;
  }
}

function endAt(tail: Buffer, at: number, tailOffset: number): ZipEndPlace | undefined {
  const end = at + lengths.end + tail.readUInt16LE(at + 20);
  if (end > tail.length) return undefined;
  const count = tail.readUInt16LE(at + 10);
  const size = tail.readUInt32LE(at + 12);
  const offset = tail.readUInt32LE(at + 16);
  const wide = wideEnd(tail, at);
  const counts = wide?.counts ?? { count, size, offset };
  const recordsAt = wide?.at ?? at;
  const directoryOffset = tailOffset + recordsAt - counts.size;
  const shift = directoryOffset - counts.offset;
  if (directoryOffset < 0 || shift < 0) return undefined;
  const records: ZipEnd = {
    wide: wide?.versions,
    ones: {
      count: wide !== undefined && count === ones16,
      size: wide !== undefined && size === ones32,
      offset: wide !== undefined && offset === ones32,
    },
    comment: new Uint8Array(tail.subarray(at + lengths.end, end)),
  };
  if (Buffer.compare(endRecords(records, counts), tail.subarray(recordsAt, end)) !== 0) return undefined;
  return {
    directoryOffset,
    directorySize: counts.size,
    count: counts.count,
    shift,
    records,
    end: tailOffset + end,
  };
}

/** The zip64 records that stand right before the end record. */
function wideEnd(tail: Buffer, end: number) {
  const locator = end - lengths.locator;
  const at = locator - lengths.wideEnd;
  if (at < 0 || tail.readUInt32LE(locator) !== signatures.locator) return undefined;
  if (tail.readUInt32LE(at) !== signatures.wideEnd) return undefined;
  const number = (offset: number): number => Number(tail.readBigUInt64LE(at + offset));
  const counts = { count: number(32), size: number(40), offset: number(48) };
  if (!Object.values(counts).every(Number.isSafeInteger)) return undefined;
  const versions = {
    madeBy: tail.readUInt16LE(at + 12),
    version: tail.readUInt16LE(at + 14),
    disks: tail.readUInt32LE(locator + 16),
  };
  return { at, counts, versions };
}
