import type { BlobSource } from '../blob.ts';
import type { Digest } from '../digest.ts';
import type { ImportManifest } from '../import-manifest.ts';
import type { ImageManifest } from './image-documents.ts';

/** An import manifest as it stands in an image: `/.import.<name>`. */
export interface ImportsFile {
  /** The packer, or what the user called it where two have the same packer. */
  readonly name: string;
  readonly manifest: ImportManifest;
}

/** The layer's gzip bytes and what they are. Specified in docs/format/image.md. */
export interface EncodedImportsLayer {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly size: number;
  readonly diffId: Digest;
}

/** An imports layer that was found in an image. */
export interface FoundImportsLayer {
  /** Its place among the manifest's layers, from 0. */
  readonly layer: number;
  readonly files: readonly ImportsFile[];
}

/** The last layer of an image: the import manifests of the layers before it, sorted by name, and nothing else. */
export async function encodeImportsLayer(_files: readonly ImportsFile[]): Promise<EncodedImportsLayer> {
  throw new Error('not yet');
}

/**
 * The imports layers of an image, lowest first: one for each time that block-pack built upon it. Found by annotation, or else by the names of the
 * files in it.
 * @param name the image, for messages
 * @throws IMAGE_INVALID, MANIFEST_INVALID, BLOB_MISSING, DIGEST_MISMATCH
 */
export async function readImportsLayers(
  _manifest: ImageManifest,
  _blobs: BlobSource,
  _name: string,
): Promise<readonly FoundImportsLayer[]> {
  throw new Error('not yet');
}
