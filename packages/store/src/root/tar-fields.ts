import { tarFieldPlaces } from '@block-pack/core';

/** Offset and length of the fields of a header, in all dialects. */
const places = {
  ...tarFieldPlaces,
  /** The older star writes its mark behind a shorter prefix. */
  starPrefix: [345, 131],
  starMark: [508, 4],
} as const;

type Place = keyof typeof places;

/** A header as it stands, before extended headers have their say. Names are bytes: a later header may replace what is no text. */
export interface RawHeader {
  readonly type: string;
  readonly name: Uint8Array;
  readonly link: Uint8Array;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly size: number;
}

/** Makes the error for a tar, in the words of what the tar is. */
export type TarFault = (flaw: string, cause?: unknown) => Error;

/** @throws what `fault` makes */
export function rawHeader(block: Uint8Array, fault: TarFault): RawHeader {
  if (!checksumFits(block)) throw fault('it is no tar, or a header in it is damaged');
  const number = (place: Place) => numberField(block, place, fault);
  return {
    type: String.fromCharCode(block[places.type[0]] ?? 0),
    name: nameOf(block),
    link: upToNul(field(block, 'link')),
    mode: number('mode'),
    uid: number('uid'),
    gid: number('gid'),
    mtime: number('mtime'),
    size: number('size'),
  };
}

/** What GNU tar has in the place of the prefix are times. */
function nameOf(block: Uint8Array): Uint8Array {
  const name = upToNul(field(block, 'name'));
  if (latin1(field(block, 'magic')).slice(0, 6) !== 'ustar\0') return name;
  const isStar = latin1(field(block, 'starMark')) === 'tar\0';
  const prefix = upToNul(field(block, isStar ? 'starPrefix' : 'prefix'));
  return prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]);
}

/** Old tars summed signed bytes. */
function checksumFits(block: Uint8Array): boolean {
  const [start, length] = places.checksum;
  let unsigned = length * 0x20;
  let signed = unsigned;
  for (const [at, byte] of block.entries()) {
    if (at >= start && at < start + length) continue;
    unsigned += byte;
    signed += byte < 0x80 ? byte : byte - 0x100;
  }
  const said = octal(field(block, 'checksum'));
  return said !== undefined && (said === unsigned || said === signed);
}

/** Octal digits, or a binary number whose first bit is set: how GNU and star write what is too large. */
function numberField(block: Uint8Array, place: Place, fault: TarFault): number {
  const bytes = field(block, place);
  const value = ((bytes[0] ?? 0) & 0x80) === 0 ? octal(bytes) : binary(bytes);
  if (value !== undefined && Number.isSafeInteger(value)) return value;
  throw fault(`a ${place} in a header is no number`);
}

/** Padded with blanks and NULs on both sides, whoever wrote it. */
function octal(bytes: Uint8Array): number | undefined {
  const [text = ''] = latin1(bytes)
    .replace(/^[ \0]+|[ \0]+$/g, '')
    .split('\0');
  if (text === '') return 0;
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

/** Two's complement; the first bit is the mark, the second the sign. */
function binary(bytes: Uint8Array): number {
  const first = bytes[0] ?? 0;
  let value = (first & 0x40) === 0 ? first & 0x3f : (first & 0x7f) - 0x80;
  for (const byte of bytes.subarray(1)) value = value * 256 + byte;
  return value;
}

function field(block: Uint8Array, place: Place): Uint8Array {
  const [offset, length] = places[place];
  return block.subarray(offset, offset + length);
}

export function upToNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end === -1 ? bytes : bytes.subarray(0, end);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
