import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  BlockPackError,
  type Bytes,
  bundleMarker,
  bytesOf,
  type Descriptor,
  digestHex,
  type FileEntry,
  type OpenBundle,
  readBundle,
  writeCanonicalTar,
} from '@block-pack/core';
import { openFile } from '@block-pack/store';
import { diskNo } from './scratch-blobs.ts';

/** A blob that goes into a bundle. */
export interface BundleBlob extends Descriptor {
  read(): Bytes;
}

/** A bundle that has no name yet: it gets one when it is proved, or goes away. */
export class BundleDraft {
  readonly path: string;
  readonly #target: string;
  #named = false;

  constructor(target: string) {
    if (statSync(target, { throwIfNoEntry: false })?.isDirectory()) throw isDirectory(target);
    mkdirSync(dirname(target), { recursive: true });
    this.#target = target;
    this.path = join(dirname(target), `.block-pack-draft-${randomUUID()}`);
  }

  /** @returns bytes of the file */
  async write(index: Uint8Array, blobs: readonly BundleBlob[]): Promise<number> {
    const once = new Map(blobs.map((blob) => [blob.digest, blob]));
    const entries = [
      ...[...once.values()].map(({ digest, size, read }) =>
        entry(`blobs/sha256/${digestHex(digest)}`, size, read),
      ),
      entry('index.json', index.length, () => bytesOf(index)),
      entry('oci-layout', bundleMarker.length, () => bytesOf(bundleMarker)),
    ];
    let size = 0;
    const file = openSync(this.path, 'wx', 0o666);
    try {
      for await (const chunk of writeCanonicalTar(entries)) {
        for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
        size += chunk.length;
      }
      fsyncSync(file);
    } catch (error) {
      throw diskNo(error, this.#target);
    } finally {
      closeSync(file);
    }
    return size;
  }

  /** Whatever had the name before is replaced. */
  name(): void {
    renameSync(this.path, this.#target);
    this.#named = true;
  }

  discard(): void {
    if (!this.#named) rmSync(this.path, { force: true });
  }
}

function entry(path: string, size: number, read: () => Bytes): FileEntry {
  return { kind: 'file', path, size, executable: false, read };
}

function isDirectory(path: string): BlockPackError {
  return new BlockPackError('OUTPUT_REFUSED', `Cannot write ${path}: it is a directory`, {
    hint: 'Give the name of a file.',
    details: { path },
  });
}

/** Opens a bundle, reads it once from front to back, and closes it in the end. */
export async function withBundle<T>(
  path: string,
  name: string,
  use: (bundle: OpenBundle) => Promise<T>,
): Promise<T> {
  const file = openFile(path);
  try {
    return await use(await readBundle(file.bytes, name));
  } finally {
    file.close();
  }
}
