import type { BlobSource, Descriptor, Digest } from '@block-pack/core';
import type { Place } from './place.ts';

/**
 * What an image runs on, in the words of GOOS and GOARCH.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md#image-index-property-descriptions
 */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** Says which manifest or index is meant. */
export interface ImageDescriptor extends Descriptor {
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
}

/** An entry of a place's table of contents. */
export interface ListedImage {
  /** Tags, or `name:tag`s of a docker-archive; none where other tools gave none. */
  readonly names: readonly string[];
  readonly descriptor: ImageDescriptor;
}

/** A manifest or an index, whole. */
export interface FoundImage {
  readonly descriptor: ImageDescriptor;
  /** What the digest is of. */
  readonly bytes: Uint8Array;
}

/** Blobs of a place; where they are files of their own, they can be cloned or linked from there. */
export interface PlaceBlobs extends BlobSource {
  /** Where the blob lies as a file; its bytes are not checked there, and must not be changed. */
  blobPath?(digest: Digest): string;
}

/** The images in a place, open for reading until it is closed. */
export interface Images {
  /** As the user wrote the place, for messages. */
  readonly name: string;
  /** Also artifacts that are no images: those have an `artifactType`. */
  list(): Promise<readonly ListedImage[]>;
  /**
   * A manifest, or an index where no platform is asked for and the place has one. What a `docker-archive:` holds without an OCI manifest gets one here, whose
   * layers have the media type of plain tars: `application/vnd.oci.image.layer.v1.tar`, digest and diffID being the same.
   * @param reference a tag, a `name:tag` or a digest; otherwise the place's own, otherwise the only image, otherwise `latest`
   * @throws INPUT_MISSING, USAGE where more than one could be meant, INPUT_UNSUPPORTED, DIGEST_MISMATCH, BLOB_MISSING
   */
  find(reference?: string, platform?: Platform): Promise<FoundImage>;
  /** Whole reads are verified. */
  readonly blobs: PlaceBlobs;
  close(): void;
}

/** @throws INPUT_MISSING, INPUT_UNREADABLE, INPUT_UNSUPPORTED, ARCHIVE_INVALID, STORE_INVALID */
export async function openImages(place: Place): Promise<Images> {
  throw new Error(`not yet: ${place.text}`);
}
