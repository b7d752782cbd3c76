import { type CentralForm, CentralForms } from './zip-form.ts';
import type { ZipFacts } from './zip-layout.ts';
import { lengths, ones32, signatures, unixTimePlace, widePlace } from './zip-write.ts';

/** What a central directory says of an entry, and can be written again from. */
export interface CentralEntry {
  /** Among those that are listed. */
  readonly place: number;
  /** One character for each byte. */
  readonly name: string;
  /** Where the name's bytes are in the directory. */
  readonly nameAt: number;
  readonly form: CentralForm;
  /** As {@link ZipHead} has it. */
  readonly time: number;
  readonly unixTime: number;
  readonly facts: ZipFacts;
  /** In the file. */
  readonly headerOffset: number;
}

/**
 * The entries in their order. Undefined where they are not a run of `count` headers. Each can be written again to the byte: all that a header has is
 * among what is read, or is a number of the zip64 field that no other bytes mean.
 */
export function readCentral(
  directory: Buffer,
  shift: number,
  count: number,
): readonly CentralEntry[] | undefined {
  const headers = new CentralHeaders(directory, shift);
  const entries: CentralEntry[] = [];
  for (let at = 0; at < directory.length; ) {
    const end = headers.end(at);
    if (end === undefined || entries.length === count) return undefined;
    const entry = headers.read(at, end, entries.length);
    if (entry === undefined) return undefined;
    entries.push(entry);
    at = end;
  }
  return entries.length === count ? entries : undefined;
}

class CentralHeaders {
  readonly #directory: Buffer;
  readonly #view: DataView;
  readonly #shift: number;
  readonly #forms = new CentralForms();
  /** The extra fields of the last header that had some, without wide numbers. */
  #last = { from: 0, to: 0, fields: noFields };

  constructor(directory: Buffer, shift: number) {
    this.#directory = directory;
    this.#view = new DataView(directory.buffer, directory.byteOffset, directory.length);
    this.#shift = shift;
  }

  /** Where the header ends that begins at `at`; undefined where none does. */
  end(at: number): number | undefined {
    const view = this.#view;
    const { length } = this.#directory;
    if (at + lengths.central > length || view.getUint32(at, true) !== signatures.central) return undefined;
    const [name, extra] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true)];
    const end = at + lengths.central + name + extra + view.getUint16(at + 32, true);
    return end > length ? undefined : end;
  }

  /** @param place of the entry among those that are listed */
  read(at: number, end: number, place: number): CentralEntry | undefined {
    const view = this.#view;
    const nameAt = at + lengths.central;
    const nameEnd = nameAt + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const numbers = {
      size: view.getUint32(at + 24, true),
      packedSize: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true),
    };
    const { extra, unixTime, wide } = this.#extraFields(nameEnd, extraEnd, numbers);
    const { size, packedSize, offset } = numbers;
    const headerOffset = offset + this.#shift;
    if (Math.max(size, packedSize, headerOffset) > Number.MAX_SAFE_INTEGER) return undefined;
    return {
      place,
      name: this.#directory.toString('latin1', nameAt, nameEnd),
      nameAt,
      form: this.#forms.shared(view, at, wide, extra, this.#copy(extraEnd, end)),
      time: view.getUint32(at + 12, true),
      unixTime,
      facts: { crc32: view.getUint32(at + 16, true), packedSize, size },
      headerOffset,
    };
  }

  /** Entries that follow one another mostly have the same. */
  #extraFields(from: number, to: number, numbers: Numbers): ExtraFields {
    if (from === to) return noFields;
    const isWide = Math.max(numbers.size, numbers.packedSize, numbers.offset) === ones32;
    if (isWide) return extraFields(this.#copy(from, to), numbers);
    if (!this.#isAsLast(from, to))
      this.#last = { from, to, fields: extraFields(this.#copy(from, to), numbers) };
    return this.#last.fields;
  }

  #isAsLast(from: number, to: number): boolean {
    const last = this.#last;
    if (last.to - last.from !== to - from) return false;
    for (let at = from, before = last.from; at < to; at++, before++)
      if (this.#directory[at] !== this.#directory[before]) return false;
    return true;
  }

  #copy(from: number, to: number): Buffer {
    return from === to ? noBytes : Buffer.from(this.#directory.subarray(from, to));
  }
}

interface Numbers {
  size: number;
  packedSize: number;
  offset: number;
}

/** Zeros stand where the zip64 field's numbers and the modification time were. */
interface ExtraFields {
  readonly extra: Uint8Array;
  readonly unixTime: number;
  readonly wide: CentralForm['wide'];
}

/** @param numbers those of the header; the wide ones are put into their places */
function extraFields(extra: Buffer, numbers: Numbers): ExtraFields {
  const wide = widen(numbers, extra);
  const timePlace = unixTimePlace(extra);
  const unixTime = timePlace?.readUInt32LE(0) ?? 0;
  timePlace?.fill(0);
  return { extra, unixTime, wide };
}

/** For what most entries lack: an array for each would be most of the work. */
export const noBytes = Buffer.alloc(0);

const noFields: ExtraFields = {
  extra: noBytes,
  unixTime: 0,
  wide: { size: false, packedSize: false, offset: false },
};

/** Takes the numbers that were too large for the header from the zip64 field, and leaves zeros there. Says which. */
function widen(numbers: Numbers, extra: Buffer): CentralForm['wide'] {
  const wide = { size: false, packedSize: false, offset: false };
  const place = widePlace(extra);
  let at = 0;
  for (const key of ['size', 'packedSize', 'offset'] as const) {
    if (place === undefined || numbers[key] !== ones32 || at + 8 > place.length) continue;
    numbers[key] = Number(place.readBigUInt64LE(at));
    wide[key] = true;
    at += 8;
  }
  place?.fill(0, 0, at);
  return wide;
}
