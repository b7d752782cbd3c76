import { type ByteRange, type Bytes, collect, MemberSum, memberTrailerSize } from '@block-pack/core';
import type { DeflateParameters } from './deflate-parameters.ts';
import type { DeflateSearch } from './deflate-search.ts';
import { redeflate } from './redeflate.ts';

/** How somebody packed content into one gzip member, so that it can be packed to the same bytes again. */
export interface GzipForm {
  /** The member's, from the magic numbers to what stands before the deflated bytes: times and names are in it. */
  readonly header: Uint8Array;
  readonly parameters: DeflateParameters;
}

/** Bytes of a header; names are short. */
const headerLimit = 1024;

/** Content in this form. @see https://www.rfc-editor.org/rfc/rfc1952 */
export async function* gzipAs(content: Bytes, { header, parameters }: GzipForm): Bytes {
  const sum = new MemberSum();
  yield header;
  yield* redeflate(sum.watch(content), parameters);
  yield sum.trailer();
}

/** A gzip file, to be read from anywhere and several times. */
export interface GzipFile {
  readonly size: number;
  read(range: ByteRange): Bytes;
}

/**
 * The form of a gzip file; undefined where it cannot be made again to the byte: it has several members, or its encoder is none of those that are known. What is found has been
 * made again whole, and compared.
 * @param content what is in the file; read once for every guess, wrong ones not far
 */
export async function gzipFormOf(
  file: GzipFile,
  content: { readonly size: number; read(): Bytes },
  search: DeflateSearch,
): Promise<GzipForm | undefined> {
  const start = await part(file, 0, Math.min(headerLimit, file.size));
  const length = headerLength(start);
  if (length === undefined || length + memberTrailerSize > file.size) return undefined;
  const end = file.size - memberTrailerSize;
  const packed = (): Bytes => file.read({ offset: length, length: end - length });
  const parameters = await search.findInStream(packed, () => content.read(), content.size);
  if (parameters === undefined) return undefined;
  const sum = new MemberSum();
  for await (const chunk of content.read()) sum.add(chunk);
  const trailer = await part(file, end, memberTrailerSize);
  if (Buffer.compare(trailer, sum.trailer()) !== 0) return undefined;
  return { header: start.slice(0, length), parameters };
}

function part(file: GzipFile, offset: number, length: number): Promise<Uint8Array> {
  return collect(file.read({ offset, length }), length, 'A part of a gzip file');
}

const flags = { checksum: 2, extra: 4, name: 8, comment: 16 };

/** Undefined for what is no header of a member, or is longer than these bytes. */
function headerLength(bytes: Uint8Array): number | undefined {
  const [first, second, method, flag = 0] = bytes;
  if (first !== 0x1f || second !== 0x8b || method !== 8 || flag > 31) return undefined;
  let at = 10;
  if ((flag & flags.extra) !== 0) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  for (const text of [flags.name, flags.comment]) {
    if ((flag & text) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (end === -1) return undefined;
    at = end + 1;
  }
  if ((flag & flags.checksum) !== 0) at += 2;
  return at <= bytes.length ? at : undefined;
}
