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

/**
 * An import manifest that is held, or was made of a group.
 * @throws BLOB_MISSING, BUNDLE_INVALID, MANIFEST_INVALID
 */
export async function readImports(
  digest: Digest,
  { held, scratch, name }: Pick<ApplyOptions, 'held' | 'scratch' | 'name'>,
): Promise<ImportManifest> {
  const known = held.texts.get(digest)?.bytes;
  const source = joinedBlobs(scratch, held);
  const bytes = known ?? (await collect(source.read(digest), importManifestLimit, 'An import manifest'));
  return decodeImportManifest(utf8(bytes, name), `An import manifest of ${name}`);
}

function utf8(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw bundleInvalid(name, 'an import manifest of it is not UTF-8 text', cause);
  }
}
