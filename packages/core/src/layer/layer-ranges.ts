import type { BlobSource, BlobStore, ByteRange, Written } from '../blob.ts';
import type { Bytes } from '../bytes.ts';
import type { Digest } from '../digest.ts';
import type { Import, ImportManifest } from '../import-manifest.ts';
import type { AssembledLayer } from './assemble-layer.ts';
import type { SegmentMemory } from './segment-memory.ts';

/** Which bytes of a layer's blob a store needs to have all of its blocks. */
export interface LayerRanges {
  /** Sorted and merged: the fewest requests. */
  readonly ranges: readonly ByteRange[];
  /** Imports whose blocks come out of them. */
  readonly missing: readonly Import[];
  /** Of all ranges. */
  readonly bytes: number;
}

/** @throws MANIFEST_INVALID for a manifest without a layer's recipe */
export async function layerRanges(
  _manifest: ImportManifest,
  _blocks: Pick<BlobSource, 'has'>,
): Promise<LayerRanges> {
  throw new Error('not yet');
}

export interface RebuildLayerOptions {
  readonly blocks: BlobStore;
  readonly segments?: SegmentMemory;
  readonly signal?: AbortSignal;
  /** Reads bytes of the layer's blob from elsewhere; called for what `layerRanges` names. */
  fetch?(range: ByteRange): Bytes;
  write(content: Bytes, expected?: Digest): Promise<Written>;
}

/** Makes the layer that a manifest's recipe names, from blocks and from ranges of it. @throws DIGEST_MISMATCH when it comes out another */
export async function rebuildLayer(
  _manifest: ImportManifest,
  _options: RebuildLayerOptions,
): Promise<AssembledLayer> {
  throw new Error('not yet');
}
