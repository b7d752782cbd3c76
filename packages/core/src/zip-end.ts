import type { RandomAccess } from './bytes.ts';
import { BlockPackError } from './error.ts';
import { asBuffer, fetchAgain, zipError } from './zip-archive.ts';
import { notAZip, splitArchive } from './zip-not-a-zip.ts';

const endSignature = Buffer.from('PK\x05\x06', 'latin1');
const endLength = 22;
const commentLimit = 0xffff;
const locatorSignature = 0x07064b50;
const locatorLength = 20;
const wideEndSignature = 0x06064b50;
const wideEndLength = 56;
const headerSignature = 0x02014b50;

/** Holds the end record of every archive with a short comment, and the whole central directory of a small one. */
const nearTail = 16 << 10;

/** What an archive's end record says. */
export interface ZipEnd {
  readonly directoryOffset: number;
  readonly directorySize: number;
  readonly count: number;
  /** False when the count is the number of entries modulo 65,536: old writers let it overflow. */
  readonly countIsExact: boolean;
  /** To be added to every offset: bytes that someone put before the archive without telling it. */
  readonly shift: number;
  readonly comment: string;
  /** Bytes after the comment. */
  readonly trailing: number;
  /** The file, its last bytes read already. */
  readonly source: RandomAccess;
}

/**
 * Looks for the end record from the back. It counts only when the central directory stands right before it, since its signature can
 * occur in a comment; a record whose comment ends the file goes before one with more behind it.
 * @throws ARCHIVE_INVALID
 */
export async function findZipEnd(file: RandomAccess, name: string): Promise<ZipEnd> {
  const near = await lastEnd(await rememberTail(file, nearTail), name, true);
  if (isEnd(near)) return near;
  const far = await rememberTail(file, endLength + commentLimit + locatorLength + wideEndLength);
  const exact = await lastEnd(far, name, true);
  if (isEnd(exact)) return exact;
  const loose = await lastEnd(far, name, false);
  // An archive that is cut off may still hold a whole one as its last entry.
  if (isEnd(loose) && loose.shift === 0) return loose;
  throw exact ?? (await notAZip(file, name));
}

type Tail = RandomAccess & { readonly tail: Buffer; readonly tailOffset: number };

async function rememberTail(file: RandomAccess, length: number): Promise<Tail> {
  const tailOffset = Math.max(0, file.size - length);
  const tail = asBuffer(await file.read(tailOffset, file.size - tailOffset));
  return {
    size: file.size,
    tail,
    tailOffset,
    read: async (offset, size) =>
      offset >= tailOffset
        ? tail.subarray(offset - tailOffset, offset - tailOffset + size)
        : await file.read(offset, size),
  };
}

/** The last end record that holds; else what is wrong with the last one; else undefined. */
async function lastEnd(
  file: Tail,
  name: string,
  exact: boolean,
): Promise<ZipEnd | BlockPackError | undefined> {
  const { tail } = file;
  let error: BlockPackError | undefined;
  for (let at = tail.length - endLength; at >= 0; at--) {
    at = tail.lastIndexOf(endSignature, at);
    if (at === -1) break;
    const spare = tail.length - commentEnd(tail, at);
    if (spare < 0 || (spare > 0 && exact)) continue;
    const end = await readEnd(file, at, name);
    if (isEnd(end)) return end;
    error ??= end;
  }
  return error;
}

function commentEnd(tail: Buffer, at: number): number {
  return at + endLength + tail.readUInt16LE(at + 20);
}

function isEnd(end: ZipEnd | BlockPackError | undefined): end is ZipEnd {
  return end !== undefined && !(end instanceof BlockPackError);
}

async function readEnd(file: Tail, at: number, name: string): Promise<ZipEnd | BlockPackError> {
  const { tail, tailOffset } = file;
  const narrow = {
    count: tail.readUInt16LE(at + 10),
    size: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  const wide = await readWideEnd(file, tailOffset + at, name);
  if (wide instanceof BlockPackError) return wide;
  if (isSplit(tail, at)) return splitArchive(name);
  if (wide !== undefined && contradicts(narrow, wide))
    return damaged(name, 'its two end records contradict each other');
  const { count, size, offset } = wide ?? narrow;
  const directoryEnd = wide?.start ?? tailOffset + at;
  const directoryOffset = directoryEnd - size;
  const shift = directoryOffset - offset;
  if (shift < 0)
    return damaged(
      name,
      `its central directory should end at byte ${offset + size}, but ends at byte ${directoryEnd}`,
    );
  if (size === 0 ? shift !== 0 : !(await beginsDirectory(file, directoryOffset, size)))
    return damaged(name, `there is no central directory before its end record at byte ${tailOffset + at}`);
  return {
    directoryOffset,
    directorySize: size,
    count,
    countIsExact: wide !== undefined,
    shift,
    comment: tail.toString('utf8', at + endLength, commentEnd(tail, at)),
    trailing: tail.length - commentEnd(tail, at),
    source: file,
  };
}

function isSplit(tail: Buffer, at: number): boolean {
  const numbers = [tail.readUInt16LE(at + 4), tail.readUInt16LE(at + 6)];
  return (
    numbers.some((disk) => disk !== 0 && disk !== 0xffff) ||
    tail.readUInt16LE(at + 8) !== tail.readUInt16LE(at + 10)
  );
}

interface WideEnd {
  readonly start: number;
  readonly count: number;
  readonly size: number;
  readonly offset: number;
}

/** The zip64 end record that ends right before the locator that stands right before the end record at `end`. */
async function readWideEnd(
  file: RandomAccess,
  end: number,
  name: string,
): Promise<WideEnd | BlockPackError | undefined> {
  const locatorOffset = end - locatorLength;
  if (locatorOffset < wideEndLength) return undefined;
  const locator = asBuffer(await file.read(locatorOffset, locatorLength));
  if (locator.readUInt32LE(0) !== locatorSignature) return undefined;
  if (locator.readUInt32LE(16) > 1) return splitArchive(name);
  for (const start of [locatorOffset - wideEndLength, Number(locator.readBigUInt64LE(8))]) {
    const record = await wideEndAt(file, start, locatorOffset);
    if (record !== undefined) return record;
  }
  return damaged(name, `there is no zip64 end record before its locator at byte ${locatorOffset}`);
}

async function wideEndAt(file: RandomAccess, start: number, end: number): Promise<WideEnd | undefined> {
  if (start > end - wideEndLength) return undefined;
  const record = asBuffer(await file.read(start, wideEndLength));
  if (record.readUInt32LE(0) !== wideEndSignature) return undefined;
  if (start + 12 + Number(record.readBigUInt64LE(4)) !== end) return undefined;
  return {
    start,
    count: Number(record.readBigUInt64LE(32)),
    size: Number(record.readBigUInt64LE(40)),
    offset: Number(record.readBigUInt64LE(48)),
  };
}

function contradicts(narrow: Omit<WideEnd, 'start'>, wide: WideEnd): boolean {
  return (
    (narrow.count !== 0xffff && narrow.count !== wide.count) ||
    (narrow.size !== 0xffffffff && narrow.size !== wide.size) ||
    (narrow.offset !== 0xffffffff && narrow.offset !== wide.offset)
  );
}

async function beginsDirectory(file: RandomAccess, offset: number, size: number): Promise<boolean> {
  return size >= 46 && asBuffer(await file.read(offset, 4)).readUInt32LE(0) === headerSignature;
}

function damaged(name: string, reason: string): BlockPackError {
  return zipError('ARCHIVE_INVALID', name, `is damaged: ${reason}`, { hint: fetchAgain });
}
