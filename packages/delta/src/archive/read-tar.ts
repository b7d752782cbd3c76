import { type RandomAccess, tarBlockSize } from '@block-pack/core';
import { affordParts, type LayoutLimits } from './limits.ts';
import { readAhead } from './read-ahead.ts';
import type { TarPart } from './tar-layout.ts';

/**
 * The parts of a tar, whoever wrote it. Where it stops to be one that is understood, or the limits are used up, what is left is one run of headers: any bytes have parts, and they
 * are all of them. Undefined where not even one part can be afforded.
 * @param left is lowered by what was read
 */
export async function readTarParts(source: RandomAccess, left: LayoutLimits): Promise<TarPart[] | undefined> {
  if (!affordParts(left, 1, 0)) return undefined;
  const near = readAhead(source);
  const parts: TarPart[] = [];
  let end = 0;
  let said: Said = {};
  for (let at = 0; at + tarBlockSize <= source.size; ) {
    const head = headIn(await near.read(at, tarBlockSize));
    const offset = at + tarBlockSize;
    if (head === undefined) break;
    if (extensions.includes(head.type)) {
      if (head.size > extensionLimit || offset + head.size > source.size) break;
      said = { ...said, ...extensionIn(head.type, await near.read(offset, head.size)) };
      at = offset + padded(head.size);
      continue;
    }
    const { name = head.name, size = head.size } = said;
    said = {};
    const isFile = files.includes(head.type);
    if (!isFile && !without.includes(head.type)) break;
    if (!isFile || size === 0) {
      at = offset;
      continue;
    }
    if (offset + size > source.size || !affordParts(left, 2, 2 * name.length)) break;
    parts.push({ kind: 'headers', name, offset: end, size: offset - end });
    parts.push({ kind: 'content', name, offset, size });
    end = offset + size;
    at = offset + padded(size);
  }
  if (end < source.size) parts.push({ kind: 'headers', name: '', offset: end, size: source.size - end });
  return parts;
}

/** Types of entries: of files, of what has no content, and of headers that speak of the next entry. */
const files: readonly string[] = ['0', '\0', '7'];
const without: readonly string[] = ['1', '2', '3', '4', '5', '6'];
const extensions: readonly string[] = ['x', 'g', 'L', 'K'];

/** Bytes of such a header. */
const extensionLimit = 1 << 20;

interface TarHead {
  readonly type: string;
  readonly name: string;
  readonly size: number;
}

/** Undefined for what is no header: zeros, a wrong sum, a size that is no number. */
function headIn(block: Uint8Array): TarHead | undefined {
  let sum = checksumLength * 0x20;
  for (let i = 0; i < tarBlockSize; i++)
    if (i < checksumAt || i >= checksumAt + checksumLength) sum += block[i] ?? 0;
  const text = Buffer.from(block.buffer, block.byteOffset, tarBlockSize).toString('latin1');
  const size = octal(text.slice(124, 136));
  if (octal(text.slice(checksumAt, checksumAt + checksumLength)) !== sum || size === undefined)
    return undefined;
  return { type: text.charAt(156), name: upToNul(text.slice(0, 100)), size };
}

const checksumAt = 148;
const checksumLength = 8;

/** Digits between spaces or NULs. */
function octal(field: string): number | undefined {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(field)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

function upToNul(text: string): string {
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

/** What a header says of the next entry. */
interface Said {
  readonly name?: string;
  readonly size?: number;
}

function extensionIn(type: string, bytes: Uint8Array): Said {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  if (type === 'L') return { name: upToNul(text) };
  return type === 'x' ? recordsIn(text) : {};
}

/** `length key=value\n`, the length counting its own digits. What is broken says nothing. */
function recordsIn(text: string): Said {
  let said: Said = {};
  for (let at = 0; at < text.length; ) {
    const digits = /^[0-9]{1,7} /.exec(text.slice(at, at + 8))?.[0];
    const length = Number(digits);
    if (digits === undefined || length <= digits.length || at + length > text.length) break;
    const record = text.slice(at + digits.length, at + length - 1);
    if (record.startsWith('path=')) said = { ...said, name: record.slice('path='.length) };
    if (/^size=[0-9]{1,15}$/.test(record)) said = { ...said, size: Number(record.slice('size='.length)) };
    at += length;
  }
  return said;
}

function padded(size: number): number {
  return Math.ceil(size / tarBlockSize) * tarBlockSize;
}
