import { BlockPackError, type ErrorCode } from './error.ts';

/**
 * What the central directory says of one entry. Nothing of it is believed before the entry's bytes were read or {@link checkZip} found
 * the same in its local header.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.12
 */
export interface ZipEntry {
  /** As it is written, less the `/` at a directory's end. It may be unsafe: see {@link ZipArchive.flaws}. */
  readonly path: string;
  readonly isDirectory: boolean;
  /** A number for a method that cannot be read here. */
  readonly method: 'stored' | 'deflated' | number;
  /** Bytes, unpacked. */
  readonly size: number;
  /** Bytes as they lie in the archive. */
  readonly compressedSize: number;
  readonly crc32: number;
  /** When it was changed, as DOS writes it: the later, the larger, in steps of two seconds and an unknown time zone. */
  readonly dosTime: number;
  /** From the Unix mode; false where the archive has none. */
  readonly executable: boolean;
  /** True for a symbolic link, whose content is its target. */
  readonly symlink: boolean;
  readonly encrypted: boolean;
  /** Where the local header stands, counted from the beginning of the file. */
  readonly headerOffset: number;
}

/** Entries of a zip archive, and what is needed to read them. */
export interface ZipEntries {
  /** As the user knows it, for messages. */
  readonly name: string;
  /** In the order of the central directory. */
  readonly entries: readonly ZipEntry[];
  /** Where the central directory begins, and so where the entries end. */
  readonly directoryOffset: number;
}

/** A zip archive's whole table of contents. */
export interface ZipArchive extends ZipEntries {
  /** Bytes before the first local header, such as a launch script. */
  readonly prefixLength: number;
  readonly comment: string;
  /** What the central directory shows to be odd, the first of each kind. */
  readonly flaws: readonly ZipFlaw[];
}

/**
 * What can be wrong with an archive that can still be read. All of it does no harm while the archive is only kept as bytes; all but
 * `name-guessed` mean that two readers may unpack different things.
 */
export type ZipFlawKind =
  | 'name-guessed'
  | 'name-unsafe'
  | 'duplicate'
  | 'parent-is-no-directory'
  | 'type-unclear'
  | 'method-unknown'
  | 'size-mismatch'
  | 'outside'
  | 'overlap'
  | 'header-mismatch'
  | 'hidden-entry'
  | 'trailing-data';

export interface ZipFlaw {
  readonly kind: ZipFlawKind;
  /** A clause about the archive, such as `entry "a" stands twice`. */
  readonly message: string;
  /** The entry it is about, where it is about one. */
  readonly path?: string;
}

/** Enough to see what is wrong; a hostile archive could have a million. */
const flawsOfAKind = 10;

/** Collects flaws, a few of each kind, so that no kind crowds out another. */
export class ZipFlaws {
  readonly list: ZipFlaw[] = [];
  readonly #counts = new Map<ZipFlawKind, number>();

  add(kind: ZipFlawKind, path: string, predicate: string): void {
    this.addOfArchive(kind, `entry ${quoted(path)} ${predicate}`, path);
  }

  addOfArchive(kind: ZipFlawKind, message: string, path?: string): void {
    const count = this.#counts.get(kind) ?? 0;
    this.#counts.set(kind, count + 1);
    if (count < flawsOfAKind)
      this.list.push(path === undefined ? { kind, message } : { kind, message, path });
  }
}

export function zipError(
  code: ErrorCode,
  archive: string,
  predicate: string,
  facts: { hint: string; entry?: string; cause?: unknown },
): BlockPackError {
  const { hint, entry, cause } = facts;
  const where = entry === undefined ? archive : `${archive}: entry ${quoted(entry)}`;
  return new BlockPackError(code, `${where} ${predicate}`, {
    hint,
    details: entry === undefined ? { archive } : { archive, entry },
    cause,
  });
}

export const fetchAgain = 'Fetch or build the archive again; "unzip -t" lists what is wrong with it.';

/** A name as messages show it: on one line, and not endless. */
export function quoted(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}...` : path);
}

/** The same bytes, with the reading methods of a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
