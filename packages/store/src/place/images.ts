import type { BlobSource, ContentDescriptor, Digest, Platform } from '@block-pack/core';
import { openDockerArchive } from './docker-archive.ts';
import { findImage } from './find-image.ts';
import { openLayoutArchive } from './layout-archive.ts';
import { openLayoutDirectory } from './layout-directory.ts';
import type { Place } from './place.ts';

/** An entry of a place's table of contents. */
export interface ListedImage {
  /** A tag, or the `name:tag`s of a docker-archive; none where other tools gave none. */
  readonly names: readonly string[];
  readonly descriptor: ContentDescriptor;
}

/** A manifest or an index, whole. */
export interface FoundImage {
  readonly descriptor: ContentDescriptor;
  /** What the descriptor's digest is of. */
  readonly bytes: Uint8Array;
}

/** Blobs of a place; where they are files of their own, they can be cloned or linked from there. */
export interface PlaceBlobs extends BlobSource {
  /** Where the blob lies as a file; its bytes are not checked there, and must not be changed. */
  blobPath?(digest: Digest): string;
}

/** What a place holds, open for reading until it is closed. */
export interface OpenPlace {
  readonly listed: readonly ListedImage[];
  /** Whole reads are verified. */
  readonly blobs: PlaceBlobs;
  close(): void;
}

/** The images in a place. */
export interface Images {
  /** As the user wrote the place, for messages. */
  readonly name: string;
  /** Also artifacts that are no images: those have an `artifactType`. */
  list(): Promise<readonly ListedImage[]>;
  /**
   * A manifest; or an index, where no platform is asked for and the place has one. An image that a `docker-archive:` holds without an OCI manifest gets one
   * here, whose layers have the media type of plain tars, so digest and diffID of a layer are the same.
   * @param reference a tag, a `name:tag` or a digest; otherwise the place's own, otherwise the only image, otherwise `latest`
   * @throws INPUT_MISSING, USAGE where more than one could be meant, INPUT_UNSUPPORTED, IMAGE_INVALID, DIGEST_MISMATCH, BLOB_MISSING
   */
  find(reference?: string, platform?: Platform): Promise<FoundImage>;
  readonly blobs: PlaceBlobs;
  close(): void;
}

/** Opens a place for reading; nothing is written there. @throws INPUT_MISSING, INPUT_UNREADABLE, INPUT_UNSUPPORTED, ARCHIVE_INVALID, IMAGE_INVALID */
export async function openImages(place: Place): Promise<Images> {
  const open = await openers[place.kind](place);
  return {
    name: place.text,
    list: async () => open.listed,
    find: (reference, platform) => findImage(place, open, reference, platform),
    blobs: open.blobs,
    close: () => open.close(),
  };
}

const openers = {
  oci: openLayoutDirectory,
  'oci-archive': openLayoutArchive,
  'docker-archive': openDockerArchive,
} as const;
