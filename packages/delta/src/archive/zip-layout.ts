/**
 * How a zip's bytes are laid out, without what lies in them: enough to write every header again once sizes and CRC-32 are known.
 */
export interface ZipLayout {
  readonly kind: 'zip';
  /** In the order of the file: entries, and gaps wherever other bytes stand. */
  readonly parts: readonly ZipPart[];
  /** The central directory and the end records stand behind this many parts. */
  readonly directoryAt: number;
  /** The entries as the central directory lists them: positions in {@link parts}. */
  readonly directory: readonly number[];
  /** To be added to every offset that the archive speaks of: bytes that someone put before it without telling it. */
  readonly shift: number;
  readonly end: ZipEnd;
  /** The zips among the entries, by their position in {@link parts}. */
  readonly nested: ReadonlyMap<number, ZipLayout>;
}

export type ZipPart = ZipEntryPart | ZipGap;

/** Bytes that belong to no entry, such as the script that starts an executable jar. */
export interface ZipGap {
  readonly kind: 'gap';
  readonly offset: number;
  readonly size: number;
}

export interface ZipEntryPart {
  readonly kind: 'entry';
  readonly head: ZipHead;
  /** What the central directory says. */
  readonly facts: ZipFacts;
  /** Where the entry's packed bytes begin in the file. */
  readonly offset: number;
}

/** What an entry's headers are written from, beside sizes, CRC-32 and offset. */
export interface ZipHead {
  /** As the archive has it, in whatever encoding: one character for each byte. */
  readonly name: string;
  readonly form: ZipForm;
  /** MS-DOS date and time as one number of 32 bits. */
  readonly time: number;
  /** Modification time in seconds since 1970, where the central directory's extra fields say it; else 0. */
  readonly unixTime: number;
  /** The local header where it is not the one that the central directory's words make. */
  readonly localHeader: Uint8Array | undefined;
}

export interface ZipFacts {
  readonly crc32: number;
  readonly packedSize: number;
  readonly size: number;
}

/** What an entry's headers say beside name, time, sizes, CRC-32 and offset. Most entries of an archive share one. */
export interface ZipForm {
  readonly madeBy: number;
  readonly version: number;
  readonly flags: number;
  readonly method: number;
  readonly disk: number;
  readonly internal: number;
  readonly external: number;
  /** The numbers that stand in the zip64 field instead of the header. */
  readonly wide: { readonly size: boolean; readonly packedSize: boolean; readonly offset: boolean };
  /** Zeros where the zip64 field's numbers and the modification time belong. */
  readonly extra: Uint8Array;
  readonly comment: Uint8Array;
  readonly localVersion: number;
  readonly localFlags: number;
  readonly localMethod: number;
  /** What stands in the local header for CRC-32 and sizes. */
  readonly localFacts: LocalFacts;
  /** Zeros where the zip64 field's numbers belong, if they are `wide`. */
  readonly localExtra: Uint8Array;
  readonly descriptor: DataDescriptor;
}

/** `blank`: zeros. `blank-wide`: a CRC-32 of zero, and sizes that refer to a zip64 field. Their order is that of the format. */
export const localFactsKinds = ['said', 'blank', 'wide', 'blank-wide'] as const;
export type LocalFacts = (typeof localFactsKinds)[number];

/** What stands behind an entry's bytes; `wide` ones have sizes of 64 bits. Their order is that of the format. */
export const descriptorKinds = ['none', 'plain', 'signed', 'plain-wide', 'signed-wide'] as const;
export type DataDescriptor = (typeof descriptorKinds)[number];

/** The end records; what they count is derived. */
export interface ZipEnd {
  /** The zip64 end record's versions; undefined where there is none. */
  readonly wide: { readonly madeBy: number; readonly version: number; readonly disks: number } | undefined;
  /** Numbers that are all ones, since they stand in the zip64 record. */
  readonly ones: { readonly count: boolean; readonly size: boolean; readonly offset: boolean };
  readonly comment: Uint8Array;
}

/** One character for each byte, for comparing and for maps. */
export function textOf(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('latin1');
}

/** The same bytes with a Buffer's ways to read them. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
