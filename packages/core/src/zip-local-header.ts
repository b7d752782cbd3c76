import { quoted, type ZipEntry } from './zip-archive.ts';
import { encryptedFlags, methodOf } from './zip-central.ts';
import { zip64Sizes } from './zip-extra.ts';
import { decodeZipName } from './zip-name.ts';

/** Bytes before the name. */
export const localHeaderLength = 30;
export const localSignature = Buffer.from('PK\x03\x04', 'latin1');
const descriptorSignature = Buffer.from('PK\x07\x08', 'latin1');
const descriptorFlag = 1 << 3;

/**
 * What stands before an entry's content.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.7
 */
export interface LocalHeader {
  /** Bytes of the header, name and extra fields included. */
  readonly length: number;
  readonly name: string;
  readonly flags: number;
  readonly method: ZipEntry['method'];
  readonly size: number;
  readonly compressedSize: number;
  readonly crc32: number;
}

/**
 * The header that the bytes begin with; undefined when they begin with none. Its `length` is true once {@link localHeaderLength}
 * bytes are there, its name and sizes once that many are.
 */
export function parseLocalHeader(bytes: Buffer): LocalHeader | undefined {
  if (bytes.length < localHeaderLength || !begins(bytes, localSignature)) return undefined;
  const flags = bytes.readUInt16LE(6);
  const nameEnd = localHeaderLength + bytes.readUInt16LE(26);
  const length = nameEnd + bytes.readUInt16LE(28);
  const extra = bytes.subarray(nameEnd, length);
  const sizes = { compressedSize: bytes.readUInt32LE(18), size: bytes.readUInt32LE(22), headerOffset: 0 };
  const { size, compressedSize } = zip64Sizes(sizes, extra) ?? sizes;
  return {
    length,
    name: decodeZipName(bytes.subarray(localHeaderLength, nameEnd), flags, extra).text,
    flags,
    method: methodOf(bytes.readUInt16LE(8)),
    size,
    compressedSize,
    crc32: bytes.readUInt32LE(14),
  };
}

function begins(bytes: Buffer, signature: Buffer): boolean {
  return bytes.subarray(0, signature.length).equals(signature);
}

/** How the local header contradicts the central directory, as a predicate of the entry. */
export function headerDifference(entry: ZipEntry, header: LocalHeader): string | undefined {
  const name = entry.isDirectory ? `${entry.path}/` : entry.path;
  if (header.name !== name) return `is called ${quoted(header.name)} in its local header`;
  if (header.method !== entry.method)
    return `is ${methodWord(header.method)} by its local header and ${methodWord(entry.method)} by the central directory`;
  if (((header.flags & encryptedFlags) !== 0) !== entry.encrypted)
    return 'is encrypted by only one of its two headers';
  for (const [field, word] of comparedFields) {
    if (header[field] === entry[field] || (hasDescriptor(header) && header[field] === 0)) continue;
    return `has ${word} ${header[field]} by its local header and ${entry[field]} by the central directory`;
  }
  return undefined;
}

const comparedFields = [
  ['size', 'size'],
  ['compressedSize', 'packed size'],
  ['crc32', 'CRC-32'],
] as const;

function methodWord(method: ZipEntry['method']): string {
  return typeof method === 'number' ? `packed by method ${method}` : method;
}

/** True when sizes and CRC-32 stand behind the content; then they may be 0 in the header. */
export function hasDescriptor(header: LocalHeader): boolean {
  return (header.flags & descriptorFlag) !== 0;
}

export const longestDescriptor = 24;

/**
 * Bytes of the data descriptor that the bytes begin with; undefined when they do not say what the central directory says. Four layouts
 * occur: with and without signature, with sizes of 32 and of 64 bits.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.9
 */
export function descriptorLength(bytes: Buffer, entry: ZipEntry): number | undefined {
  for (const start of begins(bytes, descriptorSignature) ? [4, 0] : [0]) {
    for (const width of [4, 8]) {
      const length = start + 4 + 2 * width;
      if (length > bytes.length || bytes.readUInt32LE(start) !== entry.crc32) continue;
      const compressedSize = readSize(bytes, start + 4, width);
      const size = readSize(bytes, start + 4 + width, width);
      if (compressedSize === entry.compressedSize && size === entry.size) return length;
    }
  }
  return undefined;
}

function readSize(bytes: Buffer, at: number, width: number): number {
  return width === 4 ? bytes.readUInt32LE(at) : Number(bytes.readBigUInt64LE(at));
}
