import type { RandomAccess } from '@block-pack/core';
import { type CentralEntry, plainLocal } from './read-central.ts';
import type { FormPool } from './zip-form.ts';
import {
  asBuffer,
  type DataDescriptor,
  descriptorKinds,
  localFactsKinds,
  type ZipEntryPart,
  type ZipHead,
} from './zip-layout.ts';
import { descriptor, lengths, localHeader, signatures, widePlace } from './zip-write.ts';

const longestDescriptor = 24;

/** The entry as it lies in the file, and where it ends; undefined when there is none, or when it goes beyond `limit`. */
export async function readLocalHeader(
  source: RandomAccess,
  entry: CentralEntry,
  limit: number,
  forms: FormPool,
): Promise<{ readonly part: ZipEntryPart; readonly end: number } | undefined> {
  const { headerOffset: at, facts } = entry;
  if (at + lengths.local > limit) return undefined;
  const start = asBuffer(await source.read(at, lengths.local));
  if (start.readUInt32LE(0) !== signatures.local) return undefined;
  const offset = at + lengths.local + start.readUInt16LE(26) + start.readUInt16LE(28);
  const packedEnd = offset + facts.packedSize;
  if (packedEnd > limit) return undefined;
  const header = asBuffer(await source.read(at, offset - at));
  const heads = possibleHeads(header, entry);
  const localHead =
    heads.find((head) => Buffer.compare(localHeader(head, facts), header) === 0) ?? keptHead(header, entry);
  const behind = asBuffer(await source.read(packedEnd, Math.min(longestDescriptor, limit - packedEnd)));
  const kind = descriptorOf(behind, entry);
  const head = { ...localHead, form: forms.shared({ ...localHead.form, descriptor: kind }) };
  return {
    part: { kind: 'entry', head, facts, offset },
    end: packedEnd + descriptor(kind, facts).length,
  };
}

/** The longest descriptor that says of the entry what the central directory does, if its flag promises one. */
function descriptorOf(behind: Buffer, { form, facts }: CentralEntry): DataDescriptor {
  if ((form.flags & (1 << 3)) === 0) return 'none';
  const says = (kind: DataDescriptor): boolean => {
    const expected = descriptor(kind, facts);
    return Buffer.compare(expected, behind.subarray(0, expected.length)) === 0;
  };
  return descriptorKinds.findLast(says) ?? 'none';
}

/** The heads that may write this header. */
function possibleHeads(header: Buffer, { name, time, unixTime, form }: CentralEntry): ZipHead[] {
  const extra = new Uint8Array(header.subarray(lengths.local + header.readUInt16LE(26)));
  const local = {
    ...form,
    localVersion: header.readUInt16LE(4),
    localFlags: header.readUInt16LE(6),
    localMethod: header.readUInt16LE(8),
    descriptor: 'none',
  } as const;
  return localFactsKinds.map((localFacts) => {
    const localExtra = localFacts === 'wide' ? withoutNumbers(extra) : extra;
    return { name, time, unixTime, localHeader: undefined, form: { ...local, localFacts, localExtra } };
  });
}

function keptHead(header: Buffer, { name, time, unixTime, form }: CentralEntry): ZipHead {
  const localHeader = new Uint8Array(header);
  return { name, time, unixTime, localHeader, form: { ...form, ...plainLocal } };
}

function withoutNumbers(extra: Uint8Array): Uint8Array {
  const blank = new Uint8Array(extra);
  const place = widePlace(asBuffer(blank));
  if (place !== undefined && place.length >= 16) place.fill(0, 0, 16);
  return blank;
}
