import type { BlobSource, Written } from '../blob.ts';
import type { Bytes } from '../bytes.ts';
import type { Digest } from '../digest.ts';
import type { ImagePath } from '../image-path.ts';
import type { ImportManifest } from '../import-manifest.ts';
import type { EncodingId } from './encoding.ts';
import type { DirectoryOwner, LayerRecipe } from './layer-recipe.ts';
import type { SegmentMemory } from './segment-memory.ts';

export interface AssembleProgress {
  readonly segments: number;
  readonly totalSegments: number;
  /** Of the blob, so far. */
  readonly bytes: number;
}

export interface AssembleLayerOptions {
  readonly blocks: BlobSource;
  readonly encoding: EncodingId;
  /** Directories that are not 0755 of root, such as those that a base image says otherwise. Those that the layer does not have are passed over. */
  readonly directories?: ReadonlyMap<ImagePath, DirectoryOwner>;
  readonly segments?: SegmentMemory;
  readonly signal?: AbortSignal;
  onProgress?(progress: AssembleProgress): void;
  /** Keeps the layer's bytes. Called again from the beginning when a remembered segment proves to be damaged. */
  write(content: Bytes, expected?: Digest): Promise<Written>;
}

export interface AssembledLayer {
  /** The import manifest as it stands in an image: with the layer's recipe. */
  readonly manifest: ImportManifest;
  readonly recipe: LayerRecipe;
  readonly digest: Digest;
  readonly size: number;
  readonly diffId: Digest;
  /** Segments that were copied from earlier layers. */
  readonly copied: number;
}

/**
 * Makes the layer of a manifest: the same bytes from the same manifest and blocks, everywhere.
 * @throws BLOB_MISSING, DIGEST_MISMATCH, IMPORT_COLLISION when a path would stand twice, INTERRUPTED
 */
export async function assembleLayer(
  _manifest: ImportManifest,
  _options: AssembleLayerOptions,
): Promise<AssembledLayer> {
  throw new Error('not yet');
}
