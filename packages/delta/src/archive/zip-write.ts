import {
  asBuffer,
  type DataDescriptor,
  type ZipEnd,
  type ZipFacts,
  type ZipForm,
  type ZipHead,
} from './zip-layout.ts';

export const signatures = {
  local: 0x04034b50,
  central: 0x02014b50,
  descriptor: 0x08074b50,
  end: 0x06054b50,
  wideEnd: 0x06064b50,
  locator: 0x07064b50,
} as const;

/** Bytes of the records without what varies in length. */
export const lengths = { local: 30, central: 46, end: 22, wideEnd: 56, locator: 20 } as const;

/** Bytes of a data descriptor. */
export const descriptorLengths: Readonly<Record<DataDescriptor, number>> = {
  none: 0,
  plain: 12,
  signed: 16,
  'plain-wide': 20,
  'signed-wide': 24,
};

export const ones16 = 0xffff;
export const ones32 = 0xffffffff;

/** Zeros from Node's pool: headers are small and many, and an array of its own for each costs more than to fill it. */
function zeros(length: number): Buffer {
  return Buffer.allocUnsafe(length).fill(0);
}

/** @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.7 */
export function localHeader(head: ZipHead, facts: ZipFacts): Uint8Array {
  if (head.localHeader !== undefined) return head.localHeader;
  const { form, name, time } = head;
  const { localFacts, localExtra } = form;
  const blank = localFacts === 'blank' || localFacts === 'blank-wide';
  const wide = localFacts === 'wide' || localFacts === 'blank-wide';
  const size = (value: number): number => (wide ? ones32 : blank ? 0 : value);
  const header = zeros(lengths.local + name.length + localExtra.length);
  header.writeUInt32LE(signatures.local, 0);
  header.writeUInt16LE(form.localVersion, 4);
  header.writeUInt16LE(form.localFlags, 6);
  header.writeUInt16LE(form.localMethod, 8);
  header.writeUInt32LE(time, 10);
  header.writeUInt32LE(blank ? 0 : facts.crc32, 14);
  header.writeUInt32LE(low32(size(facts.packedSize)), 18);
  header.writeUInt32LE(low32(size(facts.size)), 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(localExtra.length, 28);
  header.write(name, lengths.local, 'latin1');
  header.set(localExtra, lengths.local + name.length);
  if (localFacts === 'wide')
    fillWide(header.subarray(lengths.local + name.length), [facts.size, facts.packedSize]);
  return header;
}

/** @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.12 */
export function centralHeader(head: ZipHead, facts: ZipFacts, offset: number): Uint8Array {
  const { form, name, time, unixTime } = head;
  const { wide, comment } = form;
  const header = zeros(lengths.central + name.length + form.extra.length + comment.length);
  header.writeUInt32LE(signatures.central, 0);
  header.writeUInt16LE(form.madeBy, 4);
  header.writeUInt16LE(form.version, 6);
  header.writeUInt16LE(form.flags, 8);
  header.writeUInt16LE(form.method, 10);
  header.writeUInt32LE(time, 12);
  header.writeUInt32LE(facts.crc32, 16);
  header.writeUInt32LE(wide.packedSize ? ones32 : low32(facts.packedSize), 20);
  header.writeUInt32LE(wide.size ? ones32 : low32(facts.size), 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(form.extra.length, 30);
  header.writeUInt16LE(comment.length, 32);
  header.writeUInt16LE(form.disk, 34);
  header.writeUInt16LE(form.internal, 36);
  header.writeUInt32LE(form.external, 38);
  header.writeUInt32LE(wide.offset ? ones32 : low32(offset), 42);
  header.write(name, lengths.central, 'latin1');
  header.set(comment, header.length - comment.length);
  // Most have no more, and half a million of them are written.
  if (form.extra.length === 0) return header;
  const end = lengths.central + name.length + form.extra.length;
  const fields = header.subarray(lengths.central + name.length, end);
  fields.set(form.extra);
  const wideNumbers = [
    ...(wide.size ? [facts.size] : []),
    ...(wide.packedSize ? [facts.packedSize] : []),
    ...(wide.offset ? [offset] : []),
  ];
  fillWide(fields, wideNumbers);
  unixTimePlace(fields)?.writeUInt32LE(unixTime, 0);
  return header;
}

const noBytes = new Uint8Array();

/** @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.9 */
export function descriptor(kind: DataDescriptor, { crc32, packedSize, size }: ZipFacts): Uint8Array {
  if (kind === 'none') return noBytes;
  const signed = kind === 'signed' || kind === 'signed-wide' ? 4 : 0;
  const wide = kind === 'plain-wide' || kind === 'signed-wide';
  const record = zeros(signed + (wide ? 20 : 12));
  if (signed > 0) record.writeUInt32LE(signatures.descriptor, 0);
  record.writeUInt32LE(crc32, signed);
  if (wide) writeNumbers(record.subarray(signed + 4), [packedSize, size]);
  else {
    record.writeUInt32LE(low32(packedSize), signed + 4);
    record.writeUInt32LE(low32(size), signed + 8);
  }
  return record;
}

/** What the end records count. */
export interface ZipCounts {
  readonly count: number;
  /** Bytes of the central directory. */
  readonly size: number;
  /** Where it begins, as the archive counts. */
  readonly offset: number;
}

/** All end records. @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.14 */
export function endRecords({ wide, ones, comment }: ZipEnd, { count, size, offset }: ZipCounts): Uint8Array {
  const before = wide === undefined ? 0 : lengths.wideEnd + lengths.locator;
  const records = zeros(before + lengths.end + comment.length);
  if (wide !== undefined) {
    records.writeUInt32LE(signatures.wideEnd, 0);
    writeNumbers(records.subarray(4), [lengths.wideEnd - 12]);
    records.writeUInt16LE(wide.madeBy, 12);
    records.writeUInt16LE(wide.version, 14);
    writeNumbers(records.subarray(24), [count, count, size, offset]);
    records.writeUInt32LE(signatures.locator, lengths.wideEnd);
    writeNumbers(records.subarray(lengths.wideEnd + 8), [offset + size]);
    records.writeUInt32LE(wide.disks, lengths.wideEnd + 16);
  }
  const end = records.subarray(before);
  end.writeUInt32LE(signatures.end, 0);
  end.writeUInt16LE(ones.count ? ones16 : count & ones16, 8);
  end.writeUInt16LE(ones.count ? ones16 : count & ones16, 10);
  end.writeUInt32LE(ones.size ? ones32 : low32(size), 12);
  end.writeUInt32LE(ones.offset ? ones32 : low32(offset), 16);
  end.writeUInt16LE(comment.length, 20);
  end.set(comment, lengths.end);
  return records;
}

/** The payload of the zip64 field; undefined where there is none. */
export function widePlace(extra: Buffer): Buffer | undefined {
  return extraPayload(extra, 1);
}

/** Whether the central header has the modification time in its extra fields too. */
export function saysUnixTime({ extra }: ZipForm): boolean {
  return extra.length > 0 && unixTimePlace(asBuffer(extra)) !== undefined;
}

/** Where the extended timestamp says the modification time; undefined where it does not. */
export function unixTimePlace(extra: Buffer): Buffer | undefined {
  const payload = extraPayload(extra, 0x5455);
  const saysModification = payload !== undefined && payload.length >= 5 && ((payload[0] ?? 0) & 1) === 1;
  return saysModification ? payload.subarray(1, 5) : undefined;
}

function extraPayload(extra: Buffer, id: number): Buffer | undefined {
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (end > extra.length) return undefined;
    if (extra.readUInt16LE(at) === id) return extra.subarray(at + 4, end);
    at = end;
  }
  return undefined;
}

function fillWide(extra: Buffer, numbers: readonly number[]): void {
  const place = widePlace(extra);
  if (place !== undefined && place.length >= numbers.length * 8) writeNumbers(place, numbers);
}

function writeNumbers(place: Buffer, numbers: readonly number[]): void {
  for (const [i, value] of numbers.entries()) place.writeBigUInt64LE(BigInt(value), i * 8);
}

/** Old writers let numbers overflow; so do we, and what does not fit is found when the headers are compared. */
export function low32(value: number): number {
  return value % 2 ** 32;
}
