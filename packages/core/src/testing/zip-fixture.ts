import { crc32, deflateRawSync } from 'node:zlib';

/** What a header says of an entry. */
export interface ZipHeaderLies {
  readonly name?: string | Uint8Array;
  readonly flags?: number;
  readonly method?: number;
  readonly crc32?: number;
  readonly compressedSize?: number;
  readonly size?: number;
  /** Bytes of whole extra fields. */
  readonly extra?: Uint8Array;
}

export interface FakeZipEntry {
  /** A directory when it ends with `/`. */
  readonly path: string;
  readonly content?: string | Uint8Array;
  /** `stored` unless it says otherwise, so that an archive is the same bytes under every version of zlib. */
  readonly method?: 'stored' | 'deflated';
  readonly executable?: boolean;
  /** Date and time as DOS counts them; the beginning of 1980 unless it says otherwise. */
  readonly dosTime?: number;
  /** The content is the link's target. */
  readonly symlink?: boolean;
  /** A whole Unix mode with type; overrides `executable` and `symlink`. */
  readonly mode?: number;
  readonly comment?: string;
  /** Sizes and CRC-32 behind the content instead of in the local header. */
  readonly dataDescriptor?: boolean;
  /** Sets the flag; the content is not encrypted. */
  readonly encrypted?: boolean;
  /** Bytes as they are to lie in the archive, instead of the content packed. */
  readonly packed?: Uint8Array;
  /** Bytes between this entry and what follows. */
  readonly gap?: string | Uint8Array;
  /** True: only a local header, nothing in the central directory. */
  readonly unlisted?: boolean;
  /** Untrue words in the local header. */
  readonly local?: ZipHeaderLies;
  /** Untrue words in the central directory. */
  readonly central?: ZipHeaderLies & { readonly headerOffset?: number; readonly disk?: number };
}

export interface FakeZipOptions {
  /** Bytes before the archive, such as a launch script. */
  readonly prefix?: string | Uint8Array;
  /** Where offsets are counted from; `file` unless it says otherwise. */
  readonly offsetsFrom?: 'file' | 'zip';
  readonly comment?: string | Uint8Array;
  /** Every size and offset in zip64 fields, and a zip64 end record. */
  readonly zip64?: boolean;
  /** Bytes after the archive. */
  readonly trailing?: string | Uint8Array;
  /** Untrue words in the end record. */
  readonly end?: {
    readonly count?: number;
    readonly size?: number;
    readonly offset?: number;
    readonly disk?: number;
  };
}

/** A zip archive, made in memory and the same every time; it can be made to lie about everything. */
export function fakeZip(
  entries: Readonly<Record<string, string | Uint8Array>> | readonly FakeZipEntry[],
  options: FakeZipOptions = {},
): Uint8Array {
  const list: readonly FakeZipEntry[] = isList(entries)
    ? entries
    : Object.entries(entries).map(([path, content]) => ({ path, content }));
  const prefix = bytes(options.prefix ?? '');
  const base = options.offsetsFrom === 'zip' ? prefix.length : 0;
  const zip64 = options.zip64 ?? false;
  const parts = new Parts();
  parts.add(prefix);
  const headers = new Parts();
  let count = 0;
  for (const entry of list) {
    const offset = parts.size - base;
    addEntry(parts, entry, zip64);
    if (entry.unlisted) continue;
    addCentralHeader(headers, entry, offset, zip64);
    count++;
  }
  const truth = { count, size: headers.size, offset: parts.size - base };
  parts.add(headers.bytes());
  addEnd(parts, truth, options, base);
  return parts.bytes();
}

/** {@link fakeZip} with the manifest that a jar begins with. */
export function fakeJar(
  entries: Readonly<Record<string, string | Uint8Array>> = {},
  options: FakeZipOptions = {},
): Uint8Array {
  return fakeZip({ 'META-INF/MANIFEST.MF': 'Manifest-Version: 1.0\r\n\r\n', ...entries }, options);
}

function isList(
  entries: Readonly<Record<string, string | Uint8Array>> | readonly FakeZipEntry[],
): entries is readonly FakeZipEntry[] {
  return Array.isArray(entries);
}

class Parts {
  readonly #parts: Uint8Array[] = [];
  size = 0;

  add(part: Uint8Array): void {
    this.#parts.push(part);
    this.size += part.length;
  }

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts));
  }
}

function bytes(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : content;
}

const magic32 = 0xffffffff;
const newYear1980 = 0x0021 << 16;
const flagBits = { encrypted: 1, dataDescriptor: 1 << 3, utf8: 1 << 11 };

interface Header {
  readonly name: Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly dosTime: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly extra: Uint8Array;
}

function trueHeader(entry: FakeZipEntry): { header: Header; packed: Uint8Array } {
  const content = bytes(entry.content ?? '');
  const deflated = entry.method === 'deflated';
  const packed = entry.packed ?? (deflated ? deflateRawSync(content) : content);
  const header = {
    name: Buffer.from(entry.path),
    flags:
      (entry.encrypted ? flagBits.encrypted : 0) |
      (entry.dataDescriptor ? flagBits.dataDescriptor : 0) |
      flagBits.utf8,
    method: deflated ? 8 : 0,
    dosTime: entry.dosTime ?? newYear1980,
    crc32: crc32(content),
    compressedSize: packed.length,
    size: content.length,
    extra: new Uint8Array(),
  };
  return { header, packed };
}

function withLies(header: Header, lies: ZipHeaderLies = {}): Header {
  return { ...header, ...lies, name: lies.name === undefined ? header.name : bytes(lies.name) };
}

function addEntry(parts: Parts, entry: FakeZipEntry, zip64: boolean): void {
  const { header, packed } = trueHeader(entry);
  const unknown = entry.dataDescriptor ? { crc32: 0, compressedSize: 0, size: 0 } : {};
  const said = withLies({ ...header, ...unknown }, entry.local);
  const extra = zip64 ? wideField([said.size, said.compressedSize], said.extra) : said.extra;
  parts.add(u32(0x04034b50));
  parts.add(commonFields(zip64 ? { ...said, size: magic32, compressedSize: magic32 } : said));
  parts.add(u16(said.name.length, extra.length));
  parts.add(said.name);
  parts.add(extra);
  parts.add(packed);
  if (entry.dataDescriptor) addDescriptor(parts, header, zip64);
  parts.add(bytes(entry.gap ?? ''));
}

/** Version to flags, method, time, CRC-32, sizes: the part that both headers have. */
function commonFields(header: Header): Uint8Array {
  const { flags, method, dosTime, crc32, compressedSize, size } = header;
  return Buffer.concat([u16(20, flags, method), u32(dosTime, crc32, compressedSize, size)]);
}

function addDescriptor(parts: Parts, header: Header, zip64: boolean): void {
  const { crc32, compressedSize, size } = header;
  parts.add(u32(0x08074b50, crc32));
  parts.add(zip64 ? u64(compressedSize, size) : u32(compressedSize, size));
}

function addCentralHeader(headers: Parts, entry: FakeZipEntry, offset: number, zip64: boolean): void {
  const said = withLies(trueHeader(entry).header, entry.central);
  const headerOffset = entry.central?.headerOffset ?? offset;
  const extra = zip64 ? wideField([said.size, said.compressedSize, headerOffset], said.extra) : said.extra;
  const comment = bytes(entry.comment ?? '');
  const madeByUnix = (3 << 8) | 20;
  headers.add(u32(0x02014b50));
  headers.add(u16(madeByUnix));
  headers.add(commonFields(zip64 ? { ...said, size: magic32, compressedSize: magic32 } : said));
  headers.add(u16(said.name.length, extra.length, comment.length, entry.central?.disk ?? 0, 0));
  headers.add(u16(0, modeOf(entry)));
  headers.add(u32(zip64 ? magic32 : headerOffset));
  headers.add(said.name);
  headers.add(extra);
  headers.add(comment);
}

function modeOf(entry: FakeZipEntry): number {
  if (entry.mode !== undefined) return entry.mode;
  if (entry.symlink) return 0o120777;
  if (entry.path.endsWith('/')) return 0o040755;
  return entry.executable ? 0o100755 : 0o100644;
}

function wideField(values: readonly number[], others: Uint8Array): Uint8Array {
  return Buffer.concat([u16(1, values.length * 8), u64(...values), others]);
}

function addEnd(
  parts: Parts,
  truth: { count: number; size: number; offset: number },
  options: FakeZipOptions,
  base: number,
): void {
  const { count, size, offset, disk } = { ...truth, disk: 0, ...options.end };
  const comment = bytes(options.comment ?? '');
  if (options.zip64) {
    const start = parts.size - base;
    parts.add(
      Buffer.concat([u32(0x06064b50), u64(44), u16(45, 45), u32(0, 0), u64(count, count, size, offset)]),
    );
    parts.add(Buffer.concat([u32(0x07064b50, 0), u64(start), u32(1)]));
  }
  parts.add(u32(0x06054b50));
  parts.add(
    options.zip64 ? u16(disk, disk, 0xffff, 0xffff) : u16(disk, disk, count & 0xffff, count & 0xffff),
  );
  parts.add(options.zip64 ? u32(magic32, magic32) : u32(size, offset));
  parts.add(u16(comment.length));
  parts.add(comment);
  parts.add(bytes(options.trailing ?? ''));
}

function u16(...values: readonly number[]): Buffer {
  const field = Buffer.alloc(values.length * 2);
  for (const [i, value] of values.entries()) field.writeUInt16LE(value, i * 2);
  return field;
}

function u32(...values: readonly number[]): Buffer {
  const field = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) field.writeUInt32LE(value >>> 0, i * 4);
  return field;
}

function u64(...values: readonly number[]): Buffer {
  const field = Buffer.alloc(values.length * 8);
  for (const [i, value] of values.entries()) field.writeBigUInt64LE(BigInt(value), i * 8);
  return field;
}
