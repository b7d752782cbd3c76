import {
  bundleInvalid,
  collect,
  type Digest,
  decodeImportManifest,
  type ImportManifest,
} from '@block-pack/core';
import type { ApplyOptions } from './apply-bundle.ts';
import { joinedBlobs } from './joined-blobs.ts';

/** Bytes of an import manifest. */
export const importManifestLimit = 1 << 28;

/** Import manifests that are held, or were made of a group. What a layer is made of is asked for several times, and read once. */
export class ImportManifests {
  readonly #site: Pick<ApplyOptions, 'held' | 'scratch' | 'name'>;
  readonly #read = new Map<Digest, ImportManifest>();

  constructor(site: Pick<ApplyOptions, 'held' | 'scratch' | 'name'>) {
    this.#site = site;
  }

  /** @throws BLOB_MISSING, BUNDLE_INVALID, MANIFEST_INVALID */
  async get(digest: Digest): Promise<ImportManifest> {
    const read = this.#read.get(digest);
    if (read !== undefined) return read;
    const { held, scratch, name } = this.#site;
    const known = held.texts.get(digest)?.bytes;
    const source = joinedBlobs(scratch, held);
    const bytes = known ?? (await collect(source.read(digest), importManifestLimit, 'An import manifest'));
    const manifest = decodeImportManifest(utf8(bytes, name), `An import manifest of ${name}`);
    this.#read.set(digest, manifest);
    return manifest;
  }
}

function utf8(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw bundleInvalid(name, 'an import manifest of it is not UTF-8 text', cause);
  }
}
