import { posix } from 'node:path';
import type { RandomAccess } from '@block-pack/core';

/** An entry of a tar archive: what it is called, and where its content lies. */
export type TarMember =
  | { readonly kind: 'file'; readonly path: string; readonly offset: number; readonly size: number }
  /** Of either sort; the target is relative to the archive. */
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'directory'; readonly path: string };

const blockSize = 512;

/** Bytes of a long name or of extended records. */
const extensionLimit = 1 << 20;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What goes before an entry and says more of it than its header can. */
interface Extension {
  readonly path?: string;
  readonly target?: string;
  readonly size?: number;
}

/**
 * Reads the headers of a tar archive in their order: ustar, GNU's long names and pax. What an archive of images cannot need is refused: sparse
 * files, devices, and records that would hold for all that follow.
 */
export class TarHeaderReader {
  readonly #bytes: RandomAccess;
  readonly #fault: (flaw: string, cause?: unknown) => Error;
  #at = 0;

  constructor(bytes: RandomAccess, fault: (flaw: string, cause?: unknown) => Error) {
    this.#bytes = bytes;
    this.#fault = fault;
  }

  /** Undefined at the end of the archive. */
  async next(): Promise<TarMember | undefined> {
    let extension: Extension = {};
    for (;;) {
      const header = await this.#take(blockSize);
      if (header.every((byte) => byte === 0)) return undefined;
      this.#checkSum(header);
      const type = String.fromCharCode(header[156] ?? 0);
      const size = this.#number(header, 124, 12);
      switch (type) {
        case 'x':
          extension = { ...extension, ...this.#pax(await this.#content(size)) };
          continue;
        case 'g':
          if (Object.keys(this.#pax(await this.#content(size))).length > 0)
            throw this.#fault('a global header changes the names or sizes of all entries');
          continue;
        case 'L':
          extension = { ...extension, path: this.#text(await this.#content(size)) };
          continue;
        case 'K':
          extension = { ...extension, target: this.#text(await this.#content(size)) };
          continue;
        default:
          return this.#member(header, type, size, extension);
      }
    }
  }

  #member(header: Uint8Array, type: string, headerSize: number, extension: Extension): TarMember {
    const path = extension.path ?? this.#path(header);
    const target = extension.target ?? this.#text(header.subarray(157, 257));
    switch (type) {
      case '0':
      case '\0':
      case '7': {
        const size = extension.size ?? headerSize;
        const offset = this.#at;
        this.#skip(size, path);
        return path.endsWith('/') ? { kind: 'directory', path } : { kind: 'file', path, offset, size };
      }
      case '1':
        return { kind: 'link', path, target: posix.normalize(target) };
      case '2':
        return { kind: 'link', path, target: posix.join(posix.dirname(path), target) };
      case '5':
        this.#skip(headerSize, path);
        return { kind: 'directory', path };
      default:
        throw this.#fault(
          `${JSON.stringify(path)} is of type ${JSON.stringify(type)}, neither file nor link`,
        );
    }
  }

  async #take(length: number): Promise<Uint8Array> {
    if (this.#at + length > this.#bytes.size) throw this.#fault('it ends too early');
    const bytes = await this.#bytes.read(this.#at, length);
    this.#at += length;
    return bytes;
  }

  async #content(size: number): Promise<Uint8Array> {
    if (size > extensionLimit) throw this.#fault(`an extended header of ${size} bytes`);
    const bytes = await this.#take(padded(size));
    return bytes.subarray(0, size);
  }

  #skip(size: number, path: string): void {
    this.#at += padded(size);
    if (this.#at > this.#bytes.size)
      throw this.#fault(`${JSON.stringify(path)} should have ${size} bytes, and the archive ends before`);
  }

  #checkSum(header: Uint8Array): void {
    let sum = 0;
    for (let at = 0; at < blockSize; at++) sum += at >= 148 && at < 156 ? 0x20 : (header[at] ?? 0);
    if (this.#number(header, 148, 8) !== sum)
      throw this.#fault(`the header at ${this.#at - blockSize} is damaged`);
  }

  /** Octal digits, or, for more than they can say, big-endian bytes behind a set first bit. */
  #number(header: Uint8Array, offset: number, length: number): number {
    const field = header.subarray(offset, offset + length);
    const value = (field[0] ?? 0) & 0x80 ? binary(field) : octal(field);
    if (!Number.isSafeInteger(value))
      throw this.#fault(`the header at ${this.#at - blockSize} has a broken number`);
    return value;
  }

  #path(header: Uint8Array): string {
    const name = this.#text(header.subarray(0, 100));
    // GNU's own format has other things where ustar has the prefix.
    const isUstar = this.#text(header.subarray(257, 263)) === 'ustar' && header[262] === 0;
    const prefix = isUstar ? this.#text(header.subarray(345, 500)) : '';
    return prefix === '' ? name : `${prefix}/${name}`;
  }

  /** @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_03 */
  #pax(bytes: Uint8Array): Extension {
    let extension: Extension = {};
    for (let start = 0; start < bytes.length; ) {
      const space = bytes.indexOf(0x20, start);
      const length = space === -1 ? Number.NaN : Number(this.#text(bytes.subarray(start, space)));
      if (!Number.isInteger(length) || length <= space - start || start + length > bytes.length)
        throw this.#fault('a broken extended header');
      const record = bytes.subarray(space + 1, start + length - 1);
      const equals = record.indexOf(0x3d);
      extension = {
        ...extension,
        ...this.#paxRecord(this.#text(record.subarray(0, equals)), record.subarray(equals + 1)),
      };
      start += length;
    }
    return extension;
  }

  #paxRecord(key: string, value: Uint8Array): Extension {
    if (key.startsWith('GNU.sparse.')) throw this.#fault('it has a sparse file');
    if (key === 'path') return { path: this.#text(value) };
    if (key === 'linkpath') return { target: this.#text(value) };
    if (key !== 'size') return {};
    const size = decimal(value);
    if (!Number.isSafeInteger(size)) throw this.#fault('an extended header has a broken size');
    return { size };
  }

  /** Up to the first NUL. */
  #text(bytes: Uint8Array): string {
    const end = bytes.indexOf(0);
    try {
      return decoder.decode(end === -1 ? bytes : bytes.subarray(0, end));
    } catch (cause) {
      throw this.#fault('a name in it is not UTF-8', cause);
    }
  }
}

function padded(size: number): number {
  return Math.ceil(size / blockSize) * blockSize;
}

function octal(field: Uint8Array): number {
  const text = String.fromCharCode(...field)
    .replace(/[\0 ]+$/, '')
    .trimStart();
  if (text === '') return 0;
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}

function binary(field: Uint8Array): number {
  return field.reduce((value, byte, at) => value * 256 + (at === 0 ? byte & 0x7f : byte), 0);
}

function decimal(value: Uint8Array): number {
  const text = String.fromCharCode(...value);
  return /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
}
