import { type LocalForm, withLocal } from './zip-form.ts';
import type { ZipFacts, ZipHead } from './zip-layout.ts';
import { centralHeader, lengths, ones32, signatures, unixTimePlace, widePlace } from './zip-write.ts';

/** What a central directory says of an entry, and can be written again from. */
export interface CentralEntry {
  /** The local half of its form says nothing yet. */
  readonly head: ZipHead;
  readonly facts: ZipFacts;
  /** In the file. */
  readonly headerOffset: number;
}

/**
 * The entries in their order; names and comments are views of the directory. Undefined where they are not a run of `count` headers that can be written again to the byte.
 */
export function readCentral(
  directory: Buffer,
  shift: number,
  count: number,
): readonly CentralEntry[] | undefined {
  const entries: CentralEntry[] = [];
  for (let at = 0; at < directory.length; ) {
    const end = headerEnd(directory, at);
    if (end === undefined || entries.length === count) return undefined;
    const header = directory.subarray(at, end);
    const entry = parse(header, shift);
    if (entry === undefined || !isWrittenAgain(header, entry, shift)) return undefined;
    entries.push(entry);
    at = end;
  }
  return entries.length === count ? entries : undefined;
}

function headerEnd(directory: Buffer, at: number): number | undefined {
  if (at + lengths.central > directory.length || directory.readUInt32LE(at) !== signatures.central)
    return undefined;
  const [name, extra] = [directory.readUInt16LE(at + 28), directory.readUInt16LE(at + 30)];
  const end = at + lengths.central + name + extra + directory.readUInt16LE(at + 32);
  return end > directory.length ? undefined : end;
}

function parse(header: Buffer, shift: number): CentralEntry | undefined {
  const nameEnd = lengths.central + header.readUInt16LE(28);
  const extraEnd = nameEnd + header.readUInt16LE(30);
  const extra = extraEnd === nameEnd ? noBytes : Buffer.from(header.subarray(nameEnd, extraEnd));
  const narrow = {
    size: header.readUInt32LE(24),
    packedSize: header.readUInt32LE(20),
    offset: header.readUInt32LE(42),
  };
  const wide = widened(narrow, extra);
  const { size, packedSize, offset } = wide.numbers;
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(packedSize) || !Number.isSafeInteger(offset))
    return undefined;
  const timePlace = unixTimePlace(extra);
  const unixTime = timePlace?.readUInt32LE(0) ?? 0;
  timePlace?.fill(0);
  const form = {
    madeBy: header.readUInt16LE(4),
    version: header.readUInt16LE(6),
    flags: header.readUInt16LE(8),
    method: header.readUInt16LE(10),
    disk: header.readUInt16LE(34),
    internal: header.readUInt16LE(36),
    external: header.readUInt32LE(38),
    wide: wide.flags,
    extra,
    comment: extraEnd === header.length ? noBytes : header.subarray(extraEnd),
  };
  const name = header.subarray(lengths.central, nameEnd);
  return {
    head: {
      name,
      form: withLocal(form, plainLocal),
      time: header.readUInt32LE(12),
      unixTime,
      localHeader: undefined,
    },
    facts: { crc32: header.readUInt32LE(16), packedSize, size },
    headerOffset: offset + shift,
  };
}

/** For what most entries lack: an array for each would be most of the work. */
export const noBytes = Buffer.alloc(0);

const narrowFlags = { size: false, packedSize: false, offset: false };

/** Takes the numbers that were too large for the header from the zip64 field, and leaves zeros there. */
function widened(narrow: { size: number; packedSize: number; offset: number }, extra: Buffer) {
  if (extra.length === 0) return { numbers: narrow, flags: narrowFlags };
  const numbers = { ...narrow };
  const flags = { size: false, packedSize: false, offset: false };
  const place = widePlace(extra);
  let at = 0;
  for (const key of ['size', 'packedSize', 'offset'] as const) {
    if (place === undefined || narrow[key] !== ones32 || at + 8 > place.length) continue;
    numbers[key] = Number(place.readBigUInt64LE(at));
    flags[key] = true;
    at += 8;
  }
  place?.fill(0, 0, at);
  return { numbers, flags };
}

function isWrittenAgain(header: Buffer, { head, facts, headerOffset }: CentralEntry, shift: number): boolean {
  return Buffer.compare(centralHeader(head, facts, headerOffset - shift), header) === 0;
}

/** The local half of a form, until it is known or where the local header is kept as it is. */
const plainLocal: LocalForm = {
  localVersion: 0,
  localFlags: 0,
  localMethod: 0,
  localFacts: 'said',
  localExtra: noBytes,
  descriptor: 'none',
};
