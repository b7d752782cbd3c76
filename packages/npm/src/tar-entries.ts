import { BlockPackError } from '@block-pack/core';

/** A file in a tar that somebody else wrote. */
export interface TarFile {
  /** As it is written there. */
  readonly path: string;
  readonly size: number;
  readonly executable: boolean;
  /** To be read before the next file is asked for; what is not read is skipped. */
  readonly content: AsyncIterable<Uint8Array>;
}

const blockSize = 512;

/** Longer paths, and longer notes about a file, than any file system takes. */
const noteLimit = 1 << 20;

/**
 * The files of a tar, of any dialect that npm registries hold: ustar, pax, GNU. Links and special files are skipped, as npm does.
 * @throws ARCHIVE_INVALID
 */
export async function* tarFiles(content: AsyncIterable<Uint8Array>, name: string): AsyncIterable<TarFile> {
  const reader = new BlockReader(content, name);
  let said: Said = {};
  for (let header = await reader.block(); header !== undefined; header = await reader.block()) {
    if (header.every((byte) => byte === 0)) return;
    checkSum(header, name);
    const type = String.fromCharCode(header[156] ?? 0);
    const size = said.size ?? number(header, 124, 12, name);
    if (type === 'x' || type === 'L') {
      said = { ...said, ...note(type, await reader.whole(number(header, 124, 12, name))) };
      continue;
    }
    if (type !== 'g' && type !== 'K') {
      const path = said.path ?? headerPath(header);
      said = {};
      if (/[07\0]/.test(type) && !path.endsWith('/')) {
        const executable = (number(header, 100, 8, name) & 0o111) !== 0;
        yield { path, size, executable, content: reader.body(size) };
      }
    }
    await reader.skipBody(size);
  }
}

/** What a pax or GNU header says about the next entry. */
interface Said {
  readonly path?: string;
  readonly size?: number;
}

function note(type: string, bytes: Uint8Array): Said {
  const text = new TextDecoder().decode(bytes);
  if (type === 'L') return { path: text.replace(/\0.*$/s, '') };
  let said: Said = {};
  // Each record is `<its length> <key>=<value>\n`, the length in bytes.
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = space === -1 ? Number.NaN : Number(new TextDecoder().decode(bytes.subarray(at, space)));
    if (!Number.isInteger(length) || length <= space - at) break;
    const [key, value] = split(new TextDecoder().decode(bytes.subarray(space + 1, at + length - 1)));
    if (key === 'path') said = { ...said, path: value };
    if (key === 'size' && /^\d{1,15}$/.test(value)) said = { ...said, size: Number(value) };
    at += length;
  }
  return said;
}

function split(record: string): [string, string] {
  const at = record.indexOf('=');
  return [record.slice(0, at), record.slice(at + 1)];
}

function headerPath(header: Uint8Array): string {
  const path = text(header, 0, 100);
  const hasPrefix = text(header, 257, 5) === 'ustar' && header[262] === 0;
  const prefix = hasPrefix ? text(header, 345, 155) : '';
  return prefix === '' ? path : `${prefix}/${path}`;
}

function text(header: Uint8Array, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end === -1 ? field : field.subarray(0, end));
}

/** Octal, or with the first bit set the bytes of the number themselves. */
function number(header: Uint8Array, at: number, length: number, name: string): number {
  const [first = 0] = header.subarray(at);
  if ((first & 0x80) !== 0) {
    const bytes = header.subarray(at + length - 6, at + length);
    return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  }
  const digits = text(header, at, length).trim();
  if (!/^[0-7]*$/.test(digits)) throw invalid(name, `a number in a header is ${JSON.stringify(digits)}`);
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function checkSum(header: Uint8Array, name: string): void {
  const isInField = (at: number) => at >= 148 && at < 156;
  const sum = header.reduce((total, byte, at) => total + (isInField(at) ? 0x20 : byte), 0);
  if (sum !== number(header, 148, 8, name)) throw invalid(name, 'the checksum of a header is wrong');
}

function invalid(name: string, flaw: string): BlockPackError {
  return new BlockPackError('ARCHIVE_INVALID', `${name} is no tar: ${flaw}`, { details: { path: name } });
}

/** A stream in blocks of 512 bytes. */
class BlockReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #name: string;
  #rest: Uint8Array = new Uint8Array();
  /** Bytes of the current entry's body that were not read yet. */
  #left: number | undefined;

  constructor(content: AsyncIterable<Uint8Array>, name: string) {
    this.#chunks = content[Symbol.asyncIterator]();
    this.#name = name;
  }

  /** Undefined at the end, with or without the zeros that should stand there. */
  async block(): Promise<Uint8Array | undefined> {
    const block = new Uint8Array(blockSize);
    let filled = 0;
    while (filled < blockSize) {
      const part = await this.#some(blockSize - filled);
      if (part === undefined && filled === 0) return undefined;
      if (part === undefined) throw invalid(this.#name, 'it ends too early');
      block.set(part, filled);
      filled += part.length;
    }
    return block;
  }

  async whole(size: number): Promise<Uint8Array> {
    if (size > noteLimit) throw invalid(this.#name, `a header has ${size} bytes`);
    const parts: Uint8Array[] = [];
    for await (const part of this.body(size)) parts.push(part);
    await this.skipBody(size);
    return Buffer.concat(parts);
  }

  async *body(size: number): AsyncIterable<Uint8Array> {
    this.#left ??= size;
    while (this.#left > 0) {
      const part = await this.#some(this.#left);
      if (part === undefined) throw invalid(this.#name, 'it ends too early');
      this.#left -= part.length;
      yield part;
    }
  }

  /** What was not read of the body, and what fills its last block. */
  async skipBody(size: number): Promise<void> {
    for await (const _ of this.body(size)) {
      // Only passed over.
    }
    this.#left = (blockSize - (size % blockSize)) % blockSize;
    for await (const _ of this.body(0)) {
      // Only passed over.
    }
    this.#left = undefined;
  }

  async #some(limit: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) return undefined;
      this.#rest = next.value;
    }
    const part = this.#rest.subarray(0, limit);
    this.#rest = this.#rest.subarray(part.length);
    return part;
  }
}
