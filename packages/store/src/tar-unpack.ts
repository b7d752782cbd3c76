import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { BlockPackError, checkSignal, type TreeEntry } from '@block-pack/core';
import { Parser, type ReadEntry } from 'tar';
import { diskError } from './disk-error.ts';
import { DiskFile } from './disk-file.ts';
import type { OpenFile } from './open-file.ts';
import { tarBytes } from './tar-bytes.ts';
import { shown, tarInvalid } from './tar-flaws.ts';
import { TarTree } from './tar-tree.ts';
import { giveTurn } from './turn.ts';

const record = 512;

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

class Unpacking {
  readonly #archive: OpenFile;
  readonly #name: string;
  readonly #into: string;
  readonly #parser = new Parser({ strict: true, brotli: false, onReadEntry: (entry) => this.#entry(entry) });
  readonly #tree: TarTree;
  #file: number | undefined;
  #rest = Buffer.alloc(0);
  #lastRecord = Buffer.alloc(record, 1);
  #failure: unknown;

  constructor(archive: OpenFile, name: string, into: string) {
    this.#archive = archive;
    this.#name = name;
    this.#into = into;
    this.#tree = new TarTree(name);
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
    return this.#tree.finish();
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
    const path = this.#tree.clean(entry.path);
    if (path === '' && entry.type === 'Directory') return;
    this.#tree.claim(path, kindOf(entry.type));
    switch (entry.type) {
      case 'Directory':
      case 'GNUDumpDir':
        return;
      case 'SymbolicLink':
        this.#tree.addLink(path, entry.linkpath ?? '');
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

  #takeHardLink(path: string, entry: ReadEntry): void {
    const file = this.#tree.fileOf(path, this.#tree.clean(entry.linkpath ?? ''));
    const stamp = this.#stamp(path);
    this.#tree.addFile({ ...file, path, ...(stamp !== undefined && { stamp }) });
  }

  #takeFile(path: string, entry: ReadEntry): void {
    const where = join(this.#into, String(this.#tree.size));
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
      this.#tree.addFile({
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
