import { gzipSync } from 'node:zlib';

/** An entry of a layer that a test makes; what is left out is ordinary. */
export interface FakeEntry {
  readonly path: string | Uint8Array;
  /** The flag of tar: `0` file, `1` hard link, `2` symbolic link, `3` device, `5` directory, `6` fifo, and so on. */
  readonly type?: string;
  readonly content?: string | Uint8Array;
  readonly link?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: number;
  /** Bytes that the header says, where it lies. */
  readonly size?: number;
  readonly magic?: string;
  readonly prefix?: string;
}

export const file = (path: string, content = '', more: Partial<FakeEntry> = {}): FakeEntry => ({
  path,
  content,
  ...more,
});
export const directory = (path: string, more: Partial<FakeEntry> = {}): FakeEntry => ({
  path,
  type: '5',
  mode: 0o755,
  ...more,
});
export const symlink = (path: string, link: string): FakeEntry => ({ path, type: '2', link, mode: 0o777 });
export const hardLink = (path: string, link: string): FakeEntry => ({ path, type: '1', link });

/** An extended header for the entry behind it. */
export function pax(records: Readonly<Record<string, string>>, type = 'x'): FakeEntry {
  const content = Object.entries(records).map(([key, value]) => paxRecord(key, value));
  return { path: 'PaxHeaders/x', type, content: content.join('') };
}

export function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (rest + String(length).length !== length) length++;
  return `${length} ${key}=${value}\n`;
}

/** A name of any length, as GNU tar writes it before the entry (`L`), or a link's target (`K`). */
export function gnuLong(name: string, type: 'L' | 'K' = 'L'): FakeEntry {
  return { path: '././@LongLink', type, content: `${name}\0` };
}

export function fakeTar(...entries: readonly FakeEntry[]): Buffer {
  return Buffer.concat([...entries.map(tarMember), Buffer.alloc(1024)]);
}

export function fakeLayer(...entries: readonly FakeEntry[]): Buffer {
  return gzipSync(fakeTar(...entries));
}

/** Header and content, without the end of a tar. */
export function tarMember(entry: FakeEntry): Buffer {
  const content = Buffer.from(entry.content ?? '');
  return Buffer.concat([tarHeader(entry), content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

export function tarHeader(entry: FakeEntry): Buffer {
  const { path, type = '0', mode = 0o644, uid = 0, gid = 0, mtime = 0, link = '', prefix = '' } = entry;
  const block = Buffer.alloc(512);
  Buffer.from(path as string).copy(block, 0, 0, 100);
  block.write(octal(mode, 7), 100);
  writeNumber(block, uid, 108, 8);
  writeNumber(block, gid, 116, 8);
  writeNumber(block, entry.size ?? Buffer.from(entry.content ?? '').length, 124, 12);
  writeNumber(block, mtime, 136, 12);
  block.write(type, 156);
  block.write(link, 157, 100);
  block.write(entry.magic ?? 'ustar\u000000', 257);
  block.write(prefix, 345, 155);
  return withChecksum(block);
}

export function withChecksum(block: Buffer): Buffer {
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

/** Octal where it fits, else as GNU tar does it: binary, with the first bit set. */
function writeNumber(block: Buffer, value: number, offset: number, length: number): void {
  if (value >= 0 && value < 8 ** (length - 1)) block.write(octal(value, length - 1), offset);
  else {
    block.writeBigInt64BE(BigInt(value), offset + length - 8);
    if (length === 12) block.fill(value < 0 ? 0xff : 0, offset, offset + 4);
    block[offset] = (block[offset] ?? 0) | 0x80;
  }
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
