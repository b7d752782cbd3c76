import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import {
  BlockPackError,
  checkLinkTarget,
  checkSignal,
  checkTreePath,
  type FileEntry,
  type TreeEntry,
} from '@block-pack/core';
import { Parser, type ReadEntry } from 'tar';
import { diskError } from './disk-error.ts';
import { DiskFile } from './disk-file.ts';
import type { OpenFile } from './open-file.ts';
import { giveTurn } from './turn.ts';

const record = 512;
const entryLimit = 1_000_000;
/** Bytes that unpack to no more than this are never a bomb. */
const harmless = 100 << 20;
const bombRatio = 200;

/**
 * Unpacks a tar archive, compressed or not, into numbered files: no name of the archive ever reaches the disk, so none can lead out.
 * @returns what the archive holds, in its own order
 * @throws ARCHIVE_INVALID, ARCHIVE_BOMB, LINK_ESCAPES, NAME_UNSUPPORTED, INTERRUPTED
 */
export async function unpackTar(
  archive: OpenFile,
  name: string,
  into: string,
  signal: AbortSignal | undefined,
): Promise<TreeEntry[]> {
  const unpacking = new Unpacking(archive, name, into);
  try {
    for await (const chunk of tarBytes(archive, name)) {
      checkSignal(signal);
      unpacking.feed(chunk);
      await giveTurn();
    }
    return unpacking.finish();
  } finally {
    unpacking.closeFile();
  }
}

/** The archive as plain tar; an error as soon as it has become more than its compressed bytes can account for. */
async function* tarBytes(archive: OpenFile, name: string): AsyncIterable<Buffer> {
  const start = await archive.bytes.read(0, Math.min(2, archive.bytes.size));
  const compressed = start[0] === 0x1f && start[1] === 0x8b;
  let read = 0;
  async function* counted() {
    for await (const chunk of archive.entry.read()) {
      read += chunk.length;
      yield new Uint8Array(chunk);
    }
  }
  const source = Readable.from(counted(), { objectMode: false });
  const plain = compressed ? source.pipe(createGunzip({ chunkSize: 1 << 18 })) : source;
  // A failure of the file is the reader's to tell, not of the decompression that starves of it.
  source.on('error', (error) => plain.destroy(error));
  let unpacked = 0;
  try {
    for await (const chunk of plain as AsyncIterable<Buffer>) {
      unpacked += chunk.length;
      if (unpacked > harmless && unpacked > bombRatio * read) throw bomb(name, unpacked, read);
      yield chunk;
    }
  } catch (error) {
    throw isZlibError(error)
      ? tarInvalid(name, `its compression is broken (${error.message})`, error)
      : error;
  } finally {
    source.destroy();
    plain.destroy();
  }
}

function isZlibError(error: unknown): error is Error {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')
  );
}

class Unpacking {
  readonly #archive: OpenFile;
  readonly #name: string;
  readonly #into: string;
  readonly #parser = new Parser({ strict: true, brotli: false, onReadEntry: (entry) => this.#entry(entry) });
  readonly #kinds = new Map<string, TreeEntry['kind']>();
  /** Directories that hold something. */
  readonly #filled = new Set<string>();
  readonly #entries: TreeEntry[] = [];
  readonly #files = new Map<string, FileEntry>();
  #file: number | undefined;
  #rest = Buffer.alloc(0);
  #lastRecord = Buffer.alloc(record, 1);
  #failure: unknown;

  constructor(archive: OpenFile, name: string, into: string) {
    this.#archive = archive;
    this.#name = name;
    this.#into = into;
    this.#parser.on('error', (error: unknown) => {
      this.#failure ??= error;
    });
    // What node-tar would pass over in silence would be missing from the blocks.
    this.#parser.on('ignoredEntry', (entry: ReadEntry) => {
      this.#failure ??= tarInvalid(this.#name, `${shown(entry.path)} is of the unknown type "${entry.type}"`);
    });
  }

  /**
   * Record by record: node-tar decodes each piece of a long name by itself, so a piece must not end within a character.
   */
  feed(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const whole = bytes.length - (bytes.length % record);
    for (let at = 0; at < whole; at += record) {
      this.#parser.write(bytes.subarray(at, at + record));
      if (this.#failure !== undefined) throw this.#explained();
    }
    if (whole > 0) this.#lastRecord = Buffer.from(bytes.subarray(whole - record, whole));
    this.#rest = Buffer.from(bytes.subarray(whole));
  }

  finish(): TreeEntry[] {
    this.#parser.end();
    if (this.#failure !== undefined) throw this.#explained();
    // node-tar is content with an archive that is cut between two entries.
    if (this.#rest.length > 0 || this.#lastRecord.some((byte) => byte !== 0)) {
      throw tarInvalid(this.#name, 'it ends too early');
    }
    for (const [path, kind] of this.#kinds) {
      if (kind === 'directory' && !this.#filled.has(path)) this.#entries.push({ kind, path });
    }
    return this.#entries;
  }

  #explained(): unknown {
    const failure = this.#failure;
    if (failure instanceof BlockPackError || !(failure instanceof Error)) return failure;
    const isTar = 'tarCode' in failure;
    return isTar
      ? tarInvalid(this.#name, failure.message, failure)
      : diskError(failure, 'STORE_UNUSABLE', 'write', this.#into);
  }

  #entry(entry: ReadEntry): void {
    try {
      this.#take(entry);
    } catch (error) {
      this.#failure ??= error;
    }
    entry.resume();
  }

  #take(entry: ReadEntry): void {
    const path = this.#clean(entry.path);
    if (path === '' && entry.type === 'Directory') return;
    this.#place(path, kindOf(entry.type));
    switch (entry.type) {
      case 'Directory':
      case 'GNUDumpDir':
        return;
      case 'SymbolicLink':
        this.#takeLink(path, entry.linkpath ?? '');
        return;
      case 'Link':
        this.#takeHardLink(path, entry);
        return;
      case 'File':
      case 'OldFile':
      case 'ContiguousFile':
        this.#takeFile(path, entry);
        return;
      default:
        throw tarInvalid(this.#name, `${shown(path)} is a device or a pipe (${entry.type})`);
    }
  }

  #clean(raw: string): string {
    if (raw.includes('\ufffd')) {
      throw new BlockPackError('NAME_UNSUPPORTED', `A name in ${this.#name} is not UTF-8: ${shown(raw)}`, {
        hint: 'Make the archive again with UTF-8 names.',
        details: { path: this.#name, name: raw },
      });
    }
    const path = raw.replace(/^(\.\/+)+/, '').replace(/\/+$/, '');
    if (path === '' || path === '.')
      return raw.startsWith('/') ? this.#refuse(raw, 'is an absolute path') : '';
    try {
      checkTreePath(path);
    } catch (error) {
      throw tarInvalid(
        this.#name,
        error instanceof Error ? error.message : `${shown(path)} is no path`,
        error,
      );
    }
    return path;
  }

  #refuse(path: string, flaw: string): never {
    throw tarInvalid(this.#name, `${shown(path)} ${flaw}`);
  }

  #place(path: string, kind: TreeEntry['kind']): void {
    const earlier = this.#kinds.get(path);
    // Many tools write a directory once for every source that fills it.
    if (earlier !== undefined && (earlier !== 'directory' || kind !== 'directory'))
      this.#refuse(path, 'stands twice');
    this.#note(path, kind);
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const above = path.slice(0, end);
      const known = this.#kinds.get(above) ?? 'directory';
      if (known !== 'directory') this.#refuse(path, `lies below ${shown(above)}, which is a ${known}`);
      if (this.#filled.has(above)) return;
      this.#note(above, 'directory');
      this.#filled.add(above);
    }
  }

  /** Directories that are only implied count as well: a single name can imply two thousand. */
  #note(path: string, kind: TreeEntry['kind']): void {
    this.#kinds.set(path, kind);
    if (this.#kinds.size > entryLimit) throw tarInvalid(this.#name, `it has more than ${entryLimit} entries`);
  }

  #takeLink(path: string, target: string): void {
    if (target.includes('\ufffd')) this.#clean(target);
    checkLinkTarget(path, target);
    this.#entries.push({ kind: 'symlink', path, target });
  }

  #takeHardLink(path: string, entry: ReadEntry): void {
    const target = this.#clean(entry.linkpath ?? '');
    const file = this.#files.get(target);
    if (file === undefined)
      this.#refuse(path, `is a hard link to ${shown(target)}, which is no file before it`);
    const stamp = this.#stamp(path);
    this.#add({ ...file, path, ...(stamp !== undefined && { stamp }) });
  }

  #takeFile(path: string, entry: ReadEntry): void {
    const where = join(this.#into, String(this.#entries.length));
    const file = openSync(where, 'wx', 0o600);
    this.#file = file;
    entry.on('data', (chunk: Buffer) => {
      try {
        for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
      } catch (error) {
        this.#failure ??= error;
      }
    });
    entry.on('end', () => {
      this.closeFile();
      const unpacked = new DiskFile(path, where, statSync(where), Date.now());
      const executable = ((entry.mode ?? 0) & 0o111) !== 0;
      const stamp = this.#stamp(path);
      const read = () => unpacked.read();
      this.#add({
        kind: 'file',
        path,
        size: unpacked.size,
        executable,
        read,
        ...(stamp !== undefined && { stamp }),
      });
    });
  }

  #stamp(path: string): string | undefined {
    return this.#archive.entry.stamp && JSON.stringify([this.#archive.entry.stamp, path]);
  }

  #add(file: FileEntry): void {
    this.#files.set(file.path, file);
    this.#entries.push(file);
  }

  closeFile(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
  }
}

function kindOf(type: string): TreeEntry['kind'] {
  if (type === 'Directory' || type === 'GNUDumpDir') return 'directory';
  return type === 'SymbolicLink' ? 'symlink' : 'file';
}

function shown(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}...` : path);
}

function bomb(name: string, unpacked: number, read: number): BlockPackError {
  return new BlockPackError(
    'ARCHIVE_BOMB',
    `${name} unpacks to more than ${unpacked} bytes from its first ${read}`,
    {
      hint: `More than ${bombRatio} times as much is taken for an attack. Unpack it yourself if you trust it, and pack the directory.`,
      details: { path: name, unpacked, read },
    },
  );
}

function tarInvalid(name: string, flaw: string, cause?: unknown): BlockPackError {
  return new BlockPackError('ARCHIVE_INVALID', `${name} is no tar archive that can be packed: ${flaw}`, {
    hint: 'Fetch or build the archive again; "tar -tvf" lists what is in it.',
    details: { path: name },
    cause,
  });
}
