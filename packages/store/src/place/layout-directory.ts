import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  BlockPackError,
  type ByteRange,
  type Bytes,
  blobMissing,
  type Digest,
  readRange,
} from '@block-pack/core';
import { hasFile } from '../blob-files.ts';
import { diskError, errnoOf } from '../disk-error.ts';
import { StoreLayout } from '../layout.ts';
import { type OpenBlobFile, openBlobFile } from '../open-file.ts';
import type { OpenPlace, PlaceBlobs } from './images.ts';
import { listLayout } from './layout-index.ts';
import { readLocated } from './located-blobs.ts';
import type { Place } from './place.ts';

/** An image layout as a directory. Nothing is written there. */
export async function openLayoutDirectory(place: Place): Promise<OpenPlace> {
  checkDirectory(place);
  const layout = new StoreLayout(place.path);
  const listed = await listLayout(place.text, async (name) => fileBytes(join(layout.directory, name)));
  return { listed, blobs: new LayoutBlobs(layout, place.text), close: () => undefined };
}

function checkDirectory({ text, path }: Place): void {
  try {
    if (statSync(path).isDirectory()) return;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw diskError(error, 'INPUT_UNREADABLE', 'read', path);
    throw new BlockPackError('INPUT_MISSING', `There is nothing at ${path} (${text})`, {
      hint: 'Check the path; a relative one starts from the working directory.',
      details: { path },
    });
  }
  throw new BlockPackError('INPUT_UNSUPPORTED', `${path} is a file, and oci: means a directory`, {
    hint: `If it is a tar of an image layout, write oci-archive:${path}; if docker save wrote it, docker-archive:${path}.`,
    details: { path },
  });
}

/** Undefined where there is no such file. */
function fileBytes(path: string): { readonly size: number; read(): Bytes } | undefined {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  return {
    size: statSync(path).size,
    async *read() {
      yield* opened(path, ({ bytes }) => readRange(bytes));
    },
  };
}

class LayoutBlobs implements PlaceBlobs {
  readonly #layout: StoreLayout;
  readonly #name: string;

  constructor(layout: StoreLayout, name: string) {
    this.#layout = layout;
    this.#name = name;
  }

  blobPath(digest: Digest): string {
    return this.#layout.blob(digest);
  }

  async has(digest: Digest, size?: number): Promise<boolean> {
    const path = this.blobPath(digest);
    try {
      return hasFile(path, size);
    } catch (error) {
      throw diskError(error, 'INPUT_UNREADABLE', 'read', path);
    }
  }

  async *read(digest: Digest, range?: ByteRange): Bytes {
    if (!(await this.has(digest))) throw blobMissing(digest, this.#name);
    yield* opened(this.blobPath(digest), ({ bytes }) =>
      readLocated({ source: bytes, offset: 0, size: bytes.size }, digest, range, this.#name),
    );
  }
}

async function* opened(path: string, read: (file: OpenBlobFile) => Bytes): Bytes {
  const file = openBlobFile(path);
  try {
    yield* read(file);
  } finally {
    file.close();
  }
}
