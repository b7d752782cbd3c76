import { digestOf } from '../digest.ts';
import { compareBytewise } from '../image-path.ts';
import type {
  Annotations,
  ContentDescriptor,
  ImageConfig,
  ImageIndex,
  ImageManifest,
} from './image-documents.ts';
import { documentLimit, imageInvalid } from './json-document.ts';
import { imageConfigMediaType } from './media-types.ts';

/** A document's bytes, and the descriptor that leads to them. */
export interface EncodedDocument {
  readonly bytes: Uint8Array;
  readonly descriptor: ContentDescriptor;
}

/** JSON without white space, keys in the order of the specification, annotations sorted. @throws IMAGE_INVALID for more than 4 MiB */
export function encodeImageManifest(manifest: ImageManifest): EncodedDocument {
  const { schemaVersion, mediaType, artifactType, config, layers, blocks, subject, annotations, ...rest } =
    manifest;
  const document = {
    schemaVersion,
    mediaType,
    artifactType,
    config: ordered(config),
    layers: layers.map(ordered),
    blocks: blocks?.map(ordered),
    subject: subject && ordered(subject),
    annotations: sorted(annotations),
    ...rest,
  };
  return encoded(document, mediaType, artifactType);
}

/** As {@link encodeImageManifest}. */
export function encodeImageIndex(index: ImageIndex): EncodedDocument {
  const { schemaVersion, mediaType, manifests, annotations, ...rest } = index;
  const document = {
    schemaVersion,
    mediaType,
    manifests: manifests.map(ordered),
    annotations: sorted(annotations),
    ...rest,
  };
  return encoded(document, mediaType);
}

/** As {@link encodeImageManifest}; what a base brought along stands behind. */
export function encodeImageConfig(image: ImageConfig): EncodedDocument {
  const { created, architecture, os, variant, config, rootfs, history, ...rest } = image;
  const document = { created, architecture, os, variant, ...rest, config, rootfs, history };
  return encoded(document, imageConfigMediaType);
}

function encoded(document: object, mediaType: string, artifactType?: string): EncodedDocument {
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  if (bytes.length > documentLimit) {
    throw imageInvalid(
      'The image to be written',
      `a document of it would have ${bytes.length} bytes, more than the ${documentLimit} that registries take`,
    );
  }
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
  return { bytes, descriptor: artifactType === undefined ? descriptor : { ...descriptor, artifactType } };
}

function ordered(descriptor: ContentDescriptor): object {
  const { mediaType, artifactType, digest, size, platform, annotations, ...rest } = descriptor;
  return { mediaType, artifactType, digest, size, platform, annotations: sorted(annotations), ...rest };
}

function sorted(annotations: Annotations | undefined): Annotations | undefined {
  if (annotations === undefined) return undefined;
  return Object.fromEntries(Object.entries(annotations).sort(([a], [b]) => compareBytewise(a, b)));
}
