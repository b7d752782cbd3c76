import type { RandomAccess } from '@block-pack/core';
import { type CentralEntry, noBytes } from './read-central.ts';
import { type FormPool, type LocalForm, withLocal } from './zip-form.ts';
import {
  asBuffer,
  type DataDescriptor,
  descriptorKinds,
  localFactsKinds,
  type ZipEntryPart,
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
  const kind = promisesDescriptor(entry)
    ? descriptorOf(
        asBuffer(await source.read(packedEnd, Math.min(longestDescriptor, limit - packedEnd))),
        entry,
      )
    : 'none';
  const { name, form, time, unixTime } = entry.head;
  const local = localOf(header, entry, kind);
  const head = {
    name,
    form: forms.shared(withLocal(form, local ?? { ...form, descriptor: kind })),
    time,
    unixTime,
    localHeader: local === undefined ? new Uint8Array(header) : undefined,
  };
  return {
    part: { kind: 'entry', head, facts, offset },
    end: packedEnd + descriptor(kind, facts).length,
  };
}

function promisesDescriptor({ head }: CentralEntry): boolean {
  return (head.form.flags & (1 << 3)) !== 0;
}

/** The longest descriptor that says of the entry what the central directory does. */
function descriptorOf(behind: Buffer, { facts }: CentralEntry): DataDescriptor {
  const says = (kind: DataDescriptor): boolean => {
    const expected = descriptor(kind, facts);
    return Buffer.compare(expected, behind.subarray(0, expected.length)) === 0;
  };
  return descriptorKinds.findLast(says) ?? 'none';
}

/** The local half of the form that writes this local header; undefined where none does. */
function localOf(
  header: Buffer,
  { head, facts }: CentralEntry,
  descriptor: DataDescriptor,
): LocalForm | undefined {
  const extraAt = lengths.local + header.readUInt16LE(26);
  const extra = extraAt === header.length ? noBytes : Buffer.from(header.subarray(extraAt));
  for (const localFacts of localFactsKinds) {
    const local: LocalForm = {
      localVersion: header.readUInt16LE(4),
      localFlags: header.readUInt16LE(6),
      localMethod: header.readUInt16LE(8),
      localFacts,
      localExtra: localFacts === 'wide' ? withoutNumbers(extra) : extra,
      descriptor,
    };
    const { name, time, unixTime } = head;
    const guess = { name, form: withLocal(head.form, local), time, unixTime, localHeader: undefined };
    if (Buffer.compare(localHeader(guess, facts), header) === 0) return local;
  }
  return undefined;
}

function withoutNumbers(extra: Uint8Array): Uint8Array {
  const blank = new Uint8Array(extra);
  const place = widePlace(asBuffer(blank));
  if (place !== undefined && place.length >= 16) place.fill(0, 0, 16);
  return blank;
}
