import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  BlockPackError,
  type Bytes,
  bundleInvalid,
  bundleMarker,
  bytesOf,
  checkSignal,
  checkSignedBundle,
  type Descriptor,
  digestHex,
  type FileEntry,
  type OpenBundle,
  packBundle,
  type RandomAccess,
  readBundle,
  type SignedBundle,
  type VerifyKey,
} from '@block-pack/core';
import {
  checkWritable,
  draftBeside,
  isPartName,
  makeDirectory,
  onDisk,
  openFile,
  openParts,
  PartsDraft,
  partsTarget,
  statsAt,
  targetFile,
} from '@block-pack/store';
import { byteSize } from '../byte-size.ts';
import type { CommandContext } from '../command.ts';

/** A blob that goes into a bundle. */
export interface BundleBlob extends Descriptor {
  read(): Bytes;
}

/** A bundle that has no name yet: it gets one when it is proved, or goes away. */
export class BundleDraft {
  readonly #path: string;
  readonly #target: string;
  readonly #parts: PartsDraft | undefined;
  #named = false;

  /** @param partSize bytes that no file may be larger than; otherwise there is one file */
  constructor(target: string, partSize?: number) {
    const file = targetFile(target);
    if (file === undefined) throw isNoFile(target);
    if (isPartName(target)) throw isPart(target);
    checkWritable(dirname(file));
    onDisk(target, () => makeDirectory(dirname(file)));
    this.#target = file;
    this.#path = draftBeside(file);
    this.#parts = partSize === undefined ? undefined : new PartsDraft(target, partSize);
  }

  /** @returns bytes of the file, or of all parts */
  async write(index: Uint8Array, blobs: readonly BundleBlob[]): Promise<number> {
    const once = new Map(blobs.map((blob) => [blob.digest, blob]));
    const entries = [
      ...[...once.values()].map(({ digest, size, read }) =>
        entry(`blobs/sha256/${digestHex(digest)}`, size, read),
      ),
      entry('index.json', index.length, () => bytesOf(index)),
      entry('oci-layout', bundleMarker.length, () => bytesOf(bundleMarker)),
    ];
    const content = packBundle(entries);
    return this.#parts?.write(content) ?? writeFile(this.#path, content, this.#target);
  }

  async open(): Promise<BundleBytes> {
    return this.#parts?.open() ?? openFile(this.#path);
  }

  /**
   * Whatever had the name before is replaced.
   * @returns the files that there are now
   */
  async name(): Promise<readonly string[]> {
    if (this.#parts !== undefined) return this.#parts.name();
    renameSync(this.#path, this.#target);
    this.#named = true;
    return [this.#target];
  }

  discard(): void {
    this.#parts?.discard();
    if (!this.#named) rmSync(this.#path, { force: true });
  }
}

function entry(path: string, size: number, read: () => Bytes): FileEntry {
  return { kind: 'file', path, size, executable: false, read };
}

/**
 * Writes a new file and brings it to the disk.
 * @param named the path that the user knows it by
 * @throws DISK_FULL, OUTPUT_REFUSED
 */
async function writeFile(path: string, content: Bytes, named: string): Promise<number> {
  const file = onDisk(named, () => openSync(path, 'wx', 0o666));
  let size = 0;
  try {
    for await (const chunk of content) {
      for (let at = 0; at < chunk.length; ) at += onDisk(named, () => writeSync(file, chunk, at));
      size += chunk.length;
    }
    onDisk(named, () => fsyncSync(file));
  } finally {
    closeSync(file);
  }
  return size;
}

/** It is read again from anywhere, to be proved, before it has its name. */
function isNoFile(path: string): BlockPackError {
  return new BlockPackError('OUTPUT_REFUSED', `Cannot write ${path}: it is a pipe or a device`, {
    hint: 'Give the name of a file; one bundle in several files is made with --split.',
    details: { path },
  });
}

function isPart(path: string): BlockPackError {
  return new BlockPackError('OUTPUT_REFUSED', `${path} ends as a part of a bundle does`, {
    hint: 'Leave the number away: --split gives one to each part, and a bundle that is whole has none.',
    details: { path },
  });
}

/** What a bundle lies in: a file, or parts of one. */
export interface BundleBytes {
  readonly bytes: RandomAccess;
  /** Who signed which bundle, where that was asked. */
  readonly signed?: SignedBundle;
  /** Names the part that is damaged, if one is. @throws BUNDLE_INVALID */
  check?(): Promise<void>;
  close(): void;
}

/**
 * Opens a bundle. Where keys are given, one of them must have signed it, and nothing else of it is read before.
 * @param path of a file, of one of its parts, of their directory, or what they all begin with
 * @param name of the bundle, for messages
 * @throws INPUT_MISSING, INPUT_UNREADABLE, INPUT_UNSUPPORTED, BUNDLE_INVALID
 */
export async function openBundle(
  path: string,
  name: string,
  keys: readonly VerifyKey[],
): Promise<BundleBytes> {
  const target = partsTarget(path);
  if (target === undefined) checkIsFile(path, name);
  const file: BundleBytes = target === undefined ? openFile(path) : await openParts(target);
  if (keys.length === 0) return file;
  const { bytes, check } = file;
  const close = () => file.close();
  try {
    const signed = await namingDamage(file, () => checkSignedBundle(bytes, keys, name));
    return { bytes, signed, close, ...(check && { check }) };
  } catch (error) {
    close();
    throw error;
  }
}

function checkIsFile(path: string, name: string): void {
  const stats = statsAt(path, 'read');
  if (stats?.isDirectory())
    throw new BlockPackError('INPUT_UNSUPPORTED', `${name} is a directory without parts of a bundle`, {
      hint: 'Give the file that block-pack bundle wrote, or the directory that all of its parts are in: .001, .002 and so on.',
      details: { path },
    });
  if (stats !== undefined) return;
  throw new BlockPackError('INPUT_MISSING', `There is no bundle at ${name}`, {
    hint: 'Check the path; a relative one starts from the working directory.',
    details: { path },
  });
}

/** Reads a bundle once from front to back, and closes it in the end. */
export async function withBundle<T>(
  file: BundleBytes,
  name: string,
  context: Pick<CommandContext, 'progress' | 'signal'>,
  use: (bundle: OpenBundle) => Promise<T>,
): Promise<T> {
  const watched = new WatchedFile(file.bytes, name, context);
  try {
    const bundle = await namingDamage(file, () => readBundle(watched, name));
    watched.isRead = true;
    if (file.signed !== undefined && file.signed.digest !== bundle.digest)
      throw bundleInvalid(name, 'it is another one than what is signed');
    return await use(bundle);
  } finally {
    file.close();
  }
}

/** Tells how far it is read, as long as that is all that is done; a stick may take minutes. */
class WatchedFile implements RandomAccess {
  readonly size: number;
  isRead = false;
  readonly #file: RandomAccess;
  readonly #name: string;
  readonly #context: Pick<CommandContext, 'progress' | 'signal'>;
  #seen = 0;

  constructor(file: RandomAccess, name: string, context: Pick<CommandContext, 'progress' | 'signal'>) {
    this.size = file.size;
    this.#file = file;
    this.#name = name;
    this.#context = context;
  }

  read(offset: number, length: number, room?: Uint8Array): Promise<Uint8Array> {
    const { progress, signal } = this.#context;
    checkSignal(signal);
    this.#seen = Math.max(this.#seen, offset);
    if (!this.isRead)
      progress.show(`reading ${this.#name}, ${byteSize(this.#seen)} of ${byteSize(this.size)}`);
    return this.#file.read(offset, length, room);
  }
}

async function namingDamage<T>({ check }: BundleBytes, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof BlockPackError && error.family === 'format') await check?.();
    throw error;
  }
}
