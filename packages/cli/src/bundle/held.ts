import type { ContentDescriptor, Descriptor, Digest, Import, SegmentMemory } from '@block-pack/core';
import type { PlaceBlobs } from '@block-pack/store';

/** What a site has, as far as it is known here; all of it that is needed can be read. */
export interface Held extends PlaceBlobs {
  /** What images are called there. */
  readonly names: readonly string[];
  /** Import manifests as they stand in images, by the digests of their texts. */
  readonly texts: ReadonlyMap<Digest, HeldText>;
  /** Indexes, manifests and configs that are whole. */
  readonly documents: readonly ContentDescriptor[];
  /** Imports of all of them, the best bases first. */
  readonly imports: readonly Import[];
  /** Tars of layers that others made; they are unpacked when they are read, by their diffIDs. */
  readonly tars: readonly HeldTar[];
  /** Segments to be copied into new layers as they are. */
  readonly segments: SegmentMemory;
  /** Whether a blob is there; not one that would have to be read out of a layer. */
  hasBlob(blob: Descriptor): boolean;
  /** Does without the place that an object is read from. @returns whether there is another one */
  forget?(digest: Digest): boolean;
}

export interface HeldText {
  /** Of the import manifest, in its image. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly imports: readonly Import[];
}

/** The tar of a layer. */
export interface HeldTar {
  readonly digest: Digest;
  readonly layer: ContentDescriptor;
  /** Its place among the layers of its image. */
  readonly at: number;
}
