import type { ReadWindow } from '../read-window.ts';
import { type CentralEntry, noBytes } from './read-central.ts';
import { FormPool, type HeaderForm } from './zip-form.ts';
import {
  type DataDescriptor,
  descriptorKinds,
  type LocalFacts,
  type ZipEntryPart,
  type ZipFacts,
} from './zip-layout.ts';
import { descriptorLengths, lengths, low32, ones16, ones32, signatures, widePlace } from './zip-write.ts';

const longestHeader = lengths.local + 2 * ones16;
const longestDescriptor = descriptorLengths['signed-wide'];

/** An entry as it lies in the file. */
interface FoundEntry {
  readonly part: ZipEntryPart;
  readonly end: number;
}

/** A local header: the half of a form that writes it, or its bytes where none does. */
interface FoundHeader {
  /** Where the packed bytes begin, and end. */
  readonly offset: number;
  readonly end: number;
  readonly form: HeaderForm | undefined;
  readonly bytes: Uint8Array | undefined;
}

/** Finds entries by what the central directory says of them. Headers are compared where they lie: they are many, and few are not as expected. */
export class LocalHeaders {
  readonly #near: ReadWindow;
  readonly #directory: Uint8Array;
  readonly #limit: number;
  readonly #forms = new FormPool();

  /**
   * @param near of the file
   * @param directory where the names of entries stand
   * @param limit nothing of an entry goes beyond
   */
  constructor(near: ReadWindow, directory: Uint8Array, limit: number) {
    this.#near = near;
    this.#directory = directory;
    this.#limit = limit;
  }

  /** Undefined where there is none, or it goes too far. At once, where it lies in the window. */
  read(entry: CentralEntry): FoundEntry | undefined | Promise<FoundEntry | undefined> {
    const { headerOffset, facts } = entry;
    const rest = this.#limit - headerOffset;
    if (rest < lengths.local) return undefined;
    const length = Math.min(rest, longestHeader + facts.packedSize + longestDescriptor);
    if (!this.#near.holds(headerOffset, length)) return this.#readLater(entry, rest);
    const header = this.#header(entry);
    return header && this.#found(entry, header);
  }

  async #readLater(entry: CentralEntry, rest: number): Promise<FoundEntry | undefined> {
    await this.#near.move(entry.headerOffset, Math.min(rest, longestHeader));
    const header = this.#header(entry);
    if (header === undefined) return undefined;
    const length = this.#descriptorLimit(entry, header);
    if (!this.#near.holds(header.end, length)) await this.#near.move(header.end, length);
    return this.#found(entry, header);
  }

  #header(entry: CentralEntry): FoundHeader | undefined {
    const { bytes, view } = this.#near;
    const at = this.#near.place(entry.headerOffset);
    if (view.getUint32(at, true) !== signatures.local) return undefined;
    const length = lengths.local + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
    const offset = entry.headerOffset + length;
    const end = offset + entry.facts.packedSize;
    if (end > this.#limit) return undefined;
    const form = this.#form(entry, at, at + length);
    return {
      offset,
      end,
      form,
      bytes: form === undefined ? new Uint8Array(bytes.subarray(at, at + length)) : undefined,
    };
  }

  /** The form that writes the header between two places of the window; undefined where none does. */
  #form(entry: CentralEntry, at: number, end: number): HeaderForm | undefined {
    const { bytes, view } = this.#near;
    const extraAt = at + lengths.local + view.getUint16(at + 26, true);
    if (view.getUint32(at + 10, true) !== entry.time || !this.#hasName(entry, at + lengths.local, extraAt))
      return undefined;
    const extra = extraAt === end ? noBytes : Buffer.from(bytes.subarray(extraAt, end));
    const localFacts = localFactsOf(view, at, entry.facts, extra);
    return (
      localFacts && {
        localVersion: view.getUint16(at + 4, true),
        localFlags: view.getUint16(at + 6, true),
        localMethod: view.getUint16(at + 8, true),
        localFacts,
        localExtra: localFacts === 'wide' ? withoutNumbers(extra) : extra,
      }
    );
  }

  #hasName({ name, nameAt }: CentralEntry, from: number, to: number): boolean {
    if (name.length !== to - from) return false;
    const { bytes } = this.#near;
    for (let at = from, listed = nameAt; at < to; at++, listed++)
      if (bytes[at] !== this.#directory[listed]) return false;
    return true;
  }

  /** Bytes behind an entry that may be its data descriptor. */
  #descriptorLimit({ form }: CentralEntry, { end }: FoundHeader): number {
    const isPromised = (form.flags & (1 << 3)) !== 0;
    return isPromised ? Math.min(longestDescriptor, this.#limit - end) : 0;
  }

  #found(entry: CentralEntry, header: FoundHeader): FoundEntry {
    const { name, form: central, time, unixTime, facts } = entry;
    const descriptor = this.#descriptor(header.end, this.#descriptorLimit(entry, header), facts);
    const form = this.#forms.shared(central, header.form ?? noHeader, descriptor);
    const head = { name, form, time, unixTime, localHeader: header.bytes };
    return {
      part: { kind: 'entry', head, facts, offset: header.offset },
      end: header.end + descriptorLengths[descriptor],
    };
  }

  /** The last of {@link descriptorKinds} that says of the entry what the central directory does. */
  #descriptor(offset: number, limit: number, facts: ZipFacts): DataDescriptor {
    const at = this.#near.place(offset);
    for (let kind = descriptorKinds.length - 1; kind > 0; kind--) {
      const name = descriptorKinds[kind] as DataDescriptor;
      if (descriptorLengths[name] <= limit && isDescriptor(name, this.#near.view, at, facts)) return name;
    }
    return 'none';
  }
}

/** The half of a form that says nothing: of a local header that is kept as it is. */
const noHeader: HeaderForm = {
  localVersion: 0,
  localFlags: 0,
  localMethod: 0,
  localFacts: 'said',
  localExtra: noBytes,
};

/** The first of {@link localFactsKinds} whose header has these numbers. */
function localFactsOf(view: DataView, at: number, facts: ZipFacts, extra: Buffer): LocalFacts | undefined {
  const crc32 = view.getUint32(at + 14, true);
  const packedSize = view.getUint32(at + 18, true);
  const size = view.getUint32(at + 22, true);
  const isCrc = crc32 === facts.crc32;
  if (isCrc && packedSize === low32(facts.packedSize) && size === low32(facts.size)) return 'said';
  if (crc32 === 0 && packedSize === 0 && size === 0) return 'blank';
  if (packedSize !== ones32 || size !== ones32) return undefined;
  if (isCrc && mayHaveNumbers(extra, facts)) return 'wide';
  return crc32 === 0 ? 'blank-wide' : undefined;
}

/** Whether the zip64 field, if there is one that has room for them, has these numbers. */
function mayHaveNumbers(extra: Buffer, facts: ZipFacts): boolean {
  const place = widePlace(extra);
  if (place === undefined || place.length < 16) return true;
  const view = new DataView(place.buffer, place.byteOffset, 16);
  return isNumber64(view, 0, facts.size) && isNumber64(view, 8, facts.packedSize);
}

function isNumber64(view: DataView, at: number, value: number): boolean {
  return (
    view.getUint32(at, true) === low32(value) && view.getUint32(at + 4, true) === Math.floor(value / 2 ** 32)
  );
}

function withoutNumbers(extra: Buffer): Uint8Array {
  const place = widePlace(extra);
  if (place !== undefined && place.length >= 16) place.fill(0, 0, 16);
  return extra;
}

function isDescriptor(kind: DataDescriptor, view: DataView, at: number, facts: ZipFacts): boolean {
  const isSigned = kind === 'signed' || kind === 'signed-wide';
  if (isSigned && view.getUint32(at, true) !== signatures.descriptor) return false;
  const numbers = isSigned ? at + 4 : at;
  if (view.getUint32(numbers, true) !== facts.crc32) return false;
  if (kind === 'signed-wide' || kind === 'plain-wide')
    return isNumber64(view, numbers + 4, facts.packedSize) && isNumber64(view, numbers + 12, facts.size);
  return (
    view.getUint32(numbers + 4, true) === low32(facts.packedSize) &&
    view.getUint32(numbers + 8, true) === low32(facts.size)
  );
}
