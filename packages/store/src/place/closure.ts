import {
  BlockPackError,
  type ContentDescriptor,
  checkSignal,
  collect,
  type Digest,
  documentLimit,
  type ImageManifest,
  imageDocumentKind,
  imageInvalid,
  parseImageIndex,
  parseImageManifest,
} from '@block-pack/core';
import { giveTurn } from '../turn.ts';
import type { PlaceBlobs } from './images.ts';

/** Everything that manifests and indexes lead to, each blob once. */
export interface Closure {
  /** What leads nowhere: configs, layers, blocks. */
  readonly leaves: readonly ContentDescriptor[];
  /** Manifests and indexes, each behind those that it leads to. */
  readonly documents: readonly ContentDescriptor[];
  readonly manifests: ReadonlyMap<Digest, ImageManifest>;
}

/** Manifests of indexes within indexes, and subjects of subjects. */
const depthLimit = 16;

/**
 * Walks from the roots to all that must be there for them to be whole. A manifest's `subject` is followed where it is there: it need not be.
 * @throws BLOB_MISSING naming what lacks or has another size, IMAGE_INVALID, DIGEST_MISMATCH, INTERRUPTED
 */
export async function closureOf(
  roots: readonly ContentDescriptor[],
  blobs: PlaceBlobs,
  signal: AbortSignal | undefined,
): Promise<Closure> {
  const walk = new Walk(blobs, signal);
  for (const root of roots) await walk.follow(root, 'the image', 0);
  return walk;
}

class Walk implements Closure {
  readonly leaves: ContentDescriptor[] = [];
  readonly documents: ContentDescriptor[] = [];
  readonly manifests = new Map<Digest, ImageManifest>();
  readonly #blobs: PlaceBlobs;
  readonly #signal: AbortSignal | undefined;
  readonly #sizes = new Map<Digest, number>();

  constructor(blobs: PlaceBlobs, signal: AbortSignal | undefined) {
    this.#blobs = blobs;
    this.#signal = signal;
  }

  async follow(descriptor: ContentDescriptor, parent: string, depth: number): Promise<void> {
    checkSignal(this.#signal);
    await giveTurn();
    const { digest, size, mediaType } = descriptor;
    const known = this.#sizes.get(digest);
    if (known !== undefined && known !== size)
      throw imageInvalid(parent, `it says that ${digest} has ${size} bytes, and elsewhere it is ${known}`);
    if (known !== undefined) return;
    this.#sizes.set(digest, size);
    if (!(await this.#blobs.has(digest, size))) throw missing(descriptor, parent);
    if (depth > depthLimit) throw imageInvalid(parent, `it is nested deeper than ${depthLimit}`);
    const kind = imageDocumentKind(mediaType);
    if (kind === 'manifest') await this.#manifest(descriptor, depth);
    else if (kind === 'index') await this.#index(descriptor, depth);
    else this.leaves.push(descriptor);
  }

  async #manifest(descriptor: ContentDescriptor, depth: number): Promise<void> {
    const name = `The manifest ${descriptor.digest}`;
    const manifest = parseImageManifest(await this.#bytes(descriptor, name), name, descriptor.mediaType);
    const { config, layers, blocks = [], subject } = manifest;
    for (const one of [config, ...layers, ...blocks]) await this.follow(one, name, depth + 1);
    if (subject !== undefined && (await this.#blobs.has(subject.digest, subject.size)))
      await this.follow(subject, name, depth + 1);
    this.manifests.set(descriptor.digest, manifest);
    this.documents.push(descriptor);
  }

  async #index(descriptor: ContentDescriptor, depth: number): Promise<void> {
    const name = `The index ${descriptor.digest}`;
    const { manifests } = parseImageIndex(await this.#bytes(descriptor, name), name, descriptor.mediaType);
    for (const one of manifests) await this.follow(one, name, depth + 1);
    this.documents.push(descriptor);
  }

  async #bytes({ digest }: ContentDescriptor, name: string): Promise<Uint8Array> {
    return collect(this.#blobs.read(digest), documentLimit, name);
  }
}

function missing({ digest, size, mediaType }: ContentDescriptor, parent: string): BlockPackError {
  return new BlockPackError(
    'BLOB_MISSING',
    `${parent} needs ${digest} (${mediaType}, ${size} bytes), which is not there or has another size`,
    {
      hint: 'Build the image again, or bring all of it: an image copied for one platform lacks the others.',
      details: { digest, size },
    },
  );
}
