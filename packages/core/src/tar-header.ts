import { concat } from './bytes.ts';
import { BlockPackError } from './error.ts';

/** Tar is made of blocks of this many bytes. */
export const tarBlockSize = 512;

/** 1985-10-26T08:15:00Z, the time npm gives to every packed file: zip tools need 1980 or later, and 0 breaks frameworks. */
export const canonicalTime = 499162500;

/** What a canonical header says of an entry; all its other fields are fixed. */
export type TarFields =
  | { readonly kind: 'file'; readonly path: string; readonly size: number; readonly executable: boolean }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string }
  | { readonly kind: 'directory'; readonly path: string; readonly owner?: TarOwner };

/** Permissions and owner of a directory in a layer; in a block it has none of its own. */
export interface TarOwner {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Offset and length of the fields of a header, in bytes, as in {@link https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06 ustar}. */
export const tarFieldPlaces = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  link: [157, 100],
  magic: [257, 8],
  deviceMajor: [329, 8],
  deviceMinor: [337, 8],
  prefix: [345, 155],
} as const;

type Field = keyof typeof tarFieldPlaces;

/** The largest size that eleven octal digits can say. */
const ustarSizeLimit = 0o77777777777;

/** The largest owner that seven octal digits can say. */
const ustarOwnerLimit = 0o7777777;

/** Bytes of extended records that the longest path, the longest link and a size can need. */
const paxLimit = 3 * 4096;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The header of an entry: one block, or three or more where ustar cannot say it and a pax header goes before. */
export function encodeTarHeader(entry: TarFields): Uint8Array {
  const path = encoder.encode(entry.kind === 'directory' ? `${entry.path}/` : entry.path);
  const link = entry.kind === 'symlink' ? encoder.encode(entry.target) : new Uint8Array();
  const size = entry.kind === 'file' ? entry.size : 0;
  const split = splitPath(path);
  const linkFits = isAscii(link) && link.length <= tarFieldPlaces.link[1];

  const { mode, uid, gid } = ownerOf(entry);

  const records: string[] = [];
  if (gid > ustarOwnerLimit) records.push(paxRecord('gid', String(gid)));
  if (!linkFits) records.push(paxRecord('linkpath', decoder.decode(link)));
  if (split === undefined) records.push(paxRecord('path', decoder.decode(path)));
  if (size > ustarSizeLimit) records.push(paxRecord('size', String(size)));
  if (uid > ustarOwnerLimit) records.push(paxRecord('uid', String(uid)));

  const header = encodeUstar({
    name: split?.name ?? standIn(path),
    prefix: split?.prefix ?? new Uint8Array(),
    link: linkFits ? link : standIn(link),
    mode,
    uid: uid > ustarOwnerLimit ? 0 : uid,
    gid: gid > ustarOwnerLimit ? 0 : gid,
    size: size > ustarSizeLimit ? 0 : size,
    type: typeFlags[entry.kind],
  });
  return records.length === 0 ? header : concat([encodePax(records.join('')), header]);
}

const typeFlags = { file: '0', symlink: '2', directory: '5' } as const;

function ownerOf(entry: TarFields): TarOwner {
  switch (entry.kind) {
    case 'file':
      return { mode: entry.executable ? 0o755 : 0o644, uid: 0, gid: 0 };
    case 'symlink':
      return { mode: 0o777, uid: 0, gid: 0 };
    case 'directory':
      return entry.owner ?? { mode: 0o755, uid: 0, gid: 0 };
  }
}

/** The path as name and prefix, the prefix as long as can be; undefined where ustar cannot hold it. */
function splitPath(path: Uint8Array): { name: Uint8Array; prefix: Uint8Array } | undefined {
  if (!isAscii(path)) return undefined;
  const [, nameLength] = tarFieldPlaces.name;
  if (path.length <= nameLength) return { name: path, prefix: new Uint8Array() };
  const slash = path.lastIndexOf(slashByte, Math.min(tarFieldPlaces.prefix[1], path.length - 2));
  if (slash < 1 || path.length - slash - 1 > nameLength) return undefined;
  return { name: path.subarray(slash + 1), prefix: path.subarray(0, slash) };
}

const slashByte = 0x2f;

function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}

/** What stands in a field whose value is in the pax header: the beginning of it, readable by tools that know no pax. */
function standIn(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, tarFieldPlaces.name[1]).map((byte) => (byte < 0x80 ? byte : 0x5f));
}

interface UstarFields extends TarOwner {
  readonly name: Uint8Array;
  readonly prefix: Uint8Array;
  readonly link: Uint8Array;
  readonly size: number;
  readonly type: string;
}

function encodeUstar(values: UstarFields): Uint8Array {
  const block = new Uint8Array(tarBlockSize);
  block.set(values.name, tarFieldPlaces.name[0]);
  setOctal(block, 'mode', values.mode);
  setOctal(block, 'uid', values.uid);
  setOctal(block, 'gid', values.gid);
  setOctal(block, 'size', values.size);
  setOctal(block, 'mtime', canonicalTime);
  setText(block, 'type', values.type);
  block.set(values.link, tarFieldPlaces.link[0]);
  setText(block, 'magic', 'ustar\u000000');
  setOctal(block, 'deviceMajor', 0);
  setOctal(block, 'deviceMinor', 0);
  block.set(values.prefix, tarFieldPlaces.prefix[0]);
  setText(block, 'checksum', `${checksum(block).toString(8).padStart(6, '0')}\0 `);
  return block;
}

/** The sum of a header's bytes, the checksum field itself counted as spaces. */
function checksum(block: Uint8Array): number {
  const [start, length] = tarFieldPlaces.checksum;
  let sum = length * 0x20;
  for (let i = 0; i < block.length; i++) if (i < start || i >= start + length) sum += block[i] ?? 0;
  return sum;
}

function setOctal(block: Uint8Array, field: Field, value: number): void {
  setText(block, field, value.toString(8).padStart(tarFieldPlaces[field][1] - 1, '0'));
}

function setText(block: Uint8Array, field: Field, text: string): void {
  encoder.encodeInto(text, block.subarray(tarFieldPlaces[field][0]));
}

function encodePax(records: string): Uint8Array {
  const bytes = encoder.encode(records);
  const name = encoder.encode('././@PaxHeader');
  const nothing = new Uint8Array();
  const header = encodeUstar({
    name,
    prefix: nothing,
    link: nothing,
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: bytes.length,
    type: 'x',
  });
  return concat([header, bytes, new Uint8Array(padding(bytes.length))]);
}

/** `length key=value\n`, the length counting its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = encoder.encode(` ${key}=${value}\n`).length;
  let length = rest + 1;
  while (rest + String(length).length !== length) length++;
  return `${length} ${key}=${value}\n`;
}

/** Zero bytes that fill the last block of `size` bytes. */
export function padding(size: number): number {
  return (tarBlockSize - (size % tarBlockSize)) % tarBlockSize;
}

/** Gives the next bytes of the tar: exactly as many as are asked for. */
export type TakeBytes = (length: number) => Promise<Uint8Array>;

/**
 * Reads one header, of which `first` is the first block. What it reads is encoded again and must be the very same bytes, so
 * there is one spelling of every entry, and no field in which something could hide.
 * @throws TAR_INVALID
 */
export async function decodeTarHeader(first: Uint8Array, take: TakeBytes): Promise<TarFields> {
  // What is no tar at all is not quoted: it may be anything, such as a letter.
  if (textField(first, 'magic') !== 'ustar') throw tarInvalid('it has no header of a tar');
  const isPax = textField(first, 'type') === 'x';
  const pax = isPax ? await takePax(first, take) : undefined;
  const block = isPax ? await take(tarBlockSize) : first;
  const entry = fieldsOf(block, pax?.records ?? new Map());
  const seen = pax === undefined ? block : concat([first, pax.bytes, block]);
  if (Buffer.compare(encodeTarHeader(entry), seen) !== 0) {
    throw tarInvalid(`the header of ${JSON.stringify(entry.path)} is not in canonical form`);
  }
  return entry;
}

function fieldsOf(block: Uint8Array, pax: ReadonlyMap<string, string>): TarFields {
  const prefix = textField(block, 'prefix');
  const name = textField(block, 'name');
  const path = pax.get('path') ?? (prefix === '' ? name : `${prefix}/${name}`);
  const type = textField(block, 'type');
  switch (type) {
    case '0': {
      const size = pax.has('size') ? Number(pax.get('size')) : octalField(block, 'size');
      if (!Number.isSafeInteger(size) || size < 0)
        throw tarInvalid(`the size of ${JSON.stringify(path)} is no number`);
      return { kind: 'file', path, size, executable: octalField(block, 'mode') === 0o755 };
    }
    case '2':
      return { kind: 'symlink', path, target: pax.get('linkpath') ?? textField(block, 'link') };
    case '5':
      return { kind: 'directory', path: path.endsWith('/') ? path.slice(0, -1) : path };
    default:
      throw tarInvalid(`an entry of type ${JSON.stringify(type)} at ${JSON.stringify(path)}`);
  }
}

async function takePax(
  header: Uint8Array,
  take: TakeBytes,
): Promise<{ bytes: Uint8Array; records: ReadonlyMap<string, string> }> {
  const size = octalField(header, 'size');
  if (!(size <= paxLimit)) throw tarInvalid(`a pax header of ${size} bytes`);
  const bytes = await take(size + padding(size));
  return { bytes, records: paxRecords(bytes.subarray(0, size)) };
}

/** Records are parted by their lengths, since a value may hold line feeds. */
function paxRecords(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  for (let start = 0; start < bytes.length; ) {
    const space = bytes.indexOf(0x20, start);
    const length = Number(decodeUtf8(bytes.subarray(start, space)));
    if (space === -1 || !(length > space - start && start + length <= bytes.length))
      throw tarInvalid('a broken pax header');
    const record = decodeUtf8(bytes.subarray(space + 1, start + length - 1));
    const equals = record.indexOf('=');
    records.set(record.slice(0, equals), record.slice(equals + 1));
    start += length;
  }
  return records;
}

function textField(block: Uint8Array, field: Field): string {
  const [offset, length] = tarFieldPlaces[field];
  const bytes = block.subarray(offset, offset + length);
  const end = bytes.indexOf(0);
  return decodeUtf8(end === -1 ? bytes : bytes.subarray(0, end));
}

function octalField(block: Uint8Array, field: Field): number {
  const text = textField(block, field);
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw tarInvalid('a name that is not UTF-8', cause);
  }
}

export function tarInvalid(seen: string, cause?: unknown): BlockPackError {
  return new BlockPackError(
    'TAR_INVALID',
    `Not a canonical tar: ${seen}`,
    cause === undefined ? {} : { cause },
  );
}
