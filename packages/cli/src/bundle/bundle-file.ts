import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
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
import { diskError, openFile } from '@block-pack/store';
import { writeBytes } from './scratch-blobs.ts';

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
    try {
      mkdirSync(dirname(target), { recursive: true });
    } catch (error) {
      throw diskError(error, 'OUTPUT_REFUSED', 'write', target);
    }
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
    return writeBytes(this.path, writeCanonicalTar(entries), this.#target, true);
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
