import { BlockPackError, type ContentDescriptor, checkSignal, type Digest } from '@block-pack/core';
import { diskError } from '../disk-error.ts';
import { nameAnnotations, writeArchive } from './archive-output.ts';
import { type Closure, closureOf } from './closure.ts';
import { withCosignKinds } from './cosign-kinds.ts';
import { defaultName } from './find-image.ts';
import type { PlaceBlobs } from './images.ts';
import { writeLayout } from './layout-output.ts';
import type { Place } from './place.ts';

/** An image to publish: a manifest or an index, and with it everything it leads to. */
export interface PublishedImage {
  readonly root: ContentDescriptor;
  /** A tag, or a `name:tag` in a docker-archive. Otherwise the place's own; otherwise `latest`, and no name in a docker-archive. */
  readonly name?: string;
  /** What becomes visible in the same step, under tags of its own or without, such as signatures, or the artifact that keeps a native image's blocks. */
  readonly companions?: readonly { readonly root: ContentDescriptor; readonly name?: string }[];
}

/** How far a publication is. */
export interface PublishProgress {
  readonly blobs: number;
  readonly totalBlobs: number;
  readonly bytes: number;
  readonly totalBytes: number;
}

/** How an image is published. */
export interface PublishOptions {
  readonly signal?: AbortSignal;
  /** Layers that are left out of a `docker-archive:`; whoever loads it has them. */
  readonly leftOut?: ReadonlySet<Digest>;
  /** Blobs that a layout has are compared by their digests, whatever their size; else large ones by their size. Those that the publication itself is read from are taken as they are. */
  readonly compare?: boolean;
  onProgress?(progress: PublishProgress): void;
}

/** What was published. */
export interface PublishReport {
  /** Absolute; the directory or the file. */
  readonly path: string;
  readonly name?: string;
  readonly digest: Digest;
  /** Of all that the image consists of, its manifests included, each blob once. */
  readonly blobs: number;
  readonly bytes: number;
  /** Bytes of the blobs that the place did not have. */
  readonly newBytes: number;
}

/**
 * Brings an image to a place: blobs first, its name last. A layout may exist already, and its other tags stay; an archive is replaced when the new
 * one is whole, and the same image gives the same bytes. Whatever interrupts it, nobody sees half an image.
 * @throws BLOB_MISSING, DIGEST_MISMATCH, IMAGE_INVALID, OUTPUT_REFUSED, DISK_FULL, INTERRUPTED, USAGE
 */
export async function publishImage(
  place: Place,
  image: PublishedImage,
  blobs: PlaceBlobs,
  options: PublishOptions = {},
): Promise<PublishReport> {
  const { root, companions = [] } = image;
  const name = image.name ?? place.reference ?? (place.kind === 'docker-archive' ? undefined : defaultName);
  checkDigest(place, root.digest);
  const closure = await closureOf(
    [...companions, image].map((one) => one.root),
    blobs,
    options.signal,
  );
  const all = [...closure.leaves, ...closure.documents];
  const bytes = all.reduce((sum, one) => sum + one.size, 0);
  const publication: Publication = {
    place,
    closure,
    entries: withCosignKinds(
      [{ root, ...(name !== undefined && { name }) }, ...companions].map(withoutOldNames),
    ),
    blobs,
    leftOut: options.leftOut ?? new Set(),
    compare: options.compare ?? false,
    progress: new Progress(all.length, bytes, options),
  };
  try {
    const newBytes = await (place.kind === 'oci' ? writeLayout(publication) : writeArchive(publication));
    const { path } = place;
    return {
      path,
      ...(name !== undefined && { name }),
      digest: root.digest,
      blobs: all.length,
      bytes,
      newBytes,
    };
  } catch (error) {
    throw asOutputError(diskError(error, 'OUTPUT_REFUSED', 'write to', place.path), place);
  }
}

/** All that is known before the first byte is written. */
export interface Publication {
  readonly place: Place;
  readonly closure: Closure;
  /** The image first. */
  readonly entries: readonly { readonly root: ContentDescriptor; readonly name?: string }[];
  readonly blobs: PlaceBlobs;
  /** Not written to an archive. */
  readonly leftOut: ReadonlySet<Digest>;
  readonly compare: boolean;
  readonly progress: Progress;
}

/** An image that was found in another place brings along what it was called there. */
function withoutOldNames<T extends { readonly root: ContentDescriptor }>(entry: T): T {
  const { annotations, ...root } = entry.root;
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !nameAnnotations.includes(key));
  return { ...entry, root: kept.length === 0 ? root : { ...root, annotations: Object.fromEntries(kept) } };
}

/** Counts what is done, tells it, and ends the work where that is wanted. */
export class Progress {
  readonly #options: PublishOptions;
  readonly #totalBlobs: number;
  readonly #totalBytes: number;
  #blobs = 0;
  #bytes = 0;

  constructor(totalBlobs: number, totalBytes: number, options: PublishOptions) {
    this.#totalBlobs = totalBlobs;
    this.#totalBytes = totalBytes;
    this.#options = options;
  }

  /** @throws INTERRUPTED */
  add(blobs: number, bytes: number): void {
    checkSignal(this.#options.signal);
    this.#blobs += blobs;
    this.#bytes += bytes;
    this.#options.onProgress?.({
      blobs: this.#blobs,
      totalBlobs: this.#totalBlobs,
      bytes: this.#bytes,
      totalBytes: this.#totalBytes,
    });
  }
}

function checkDigest(place: Place, digest: Digest): void {
  if (place.digest === undefined || place.digest === digest) return;
  throw new BlockPackError(
    'DIGEST_MISMATCH',
    `The image is ${digest}, and ${place.text} expects ${place.digest}`,
    {
      hint: 'Leave the digest out to publish the image as it is.',
      details: { expected: place.digest, seen: digest },
    },
  );
}

/** A layout is written as a store is, but is none to the user. */
function asOutputError(error: unknown, { path }: Place): unknown {
  if (!(error instanceof BlockPackError)) return error;
  if (error.code !== 'STORE_UNUSABLE' && error.code !== 'STORE_INVALID') return error;
  return new BlockPackError('OUTPUT_REFUSED', error.message, {
    hint: 'Name another place, or one that is new.',
    details: { ...error.details, path },
    cause: error,
  });
}
