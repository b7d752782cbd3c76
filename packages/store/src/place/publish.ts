import type { Digest } from '@block-pack/core';
import type { ImageDescriptor, PlaceBlobs } from './images.ts';
import type { Place } from './place.ts';

/** What is published: a manifest or an index, and with it everything it leads to. */
export interface PublishedRoot {
  readonly root: ImageDescriptor;
  /** A tag, or a `name:tag` in a docker-archive. Otherwise the place's own reference, otherwise `latest`. */
  readonly name?: string;
}

/** An image, and what goes with it under tags of its own. */
export interface PublishedImage extends PublishedRoot {
  /** Such as the artifact that keeps the blocks of a native image. They become visible in the same step as the image. */
  readonly companions?: readonly { readonly root: ImageDescriptor; readonly name: string }[];
}

/** How far a publication is. */
export interface PublishProgress {
  readonly blobs: number;
  readonly totalBlobs: number;
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface PublishOptions {
  readonly signal?: AbortSignal;
  onProgress?(progress: PublishProgress): void;
}

/** What was published. */
export interface PublishReport {
  /** Absolute; the directory or the file. */
  readonly path: string;
  readonly name: string;
  readonly digest: Digest;
  /** All that the image consists of, its manifests included. */
  readonly blobs: number;
  readonly bytes: number;
  /** Bytes of the blobs that the place did not have. */
  readonly newBytes: number;
}

/**
 * Brings an image to a place: blobs first, its name last. A layout may exist already, and its other tags stay; an archive is replaced when the new one is
 * whole. Whatever interrupts it, nobody sees half an image.
 * @throws BLOB_MISSING, DIGEST_MISMATCH, OUTPUT_REFUSED, DISK_FULL, INTERRUPTED, USAGE
 */
export async function publishImage(
  place: Place,
  image: PublishedImage,
  blobs: PlaceBlobs,
  options: PublishOptions = {},
): Promise<PublishReport> {
  throw new Error(`not yet: ${place.text} ${image.name} ${blobs} ${options}`);
}
