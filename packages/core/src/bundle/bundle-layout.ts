import { digestOf } from '../digest.ts';
import { type EncodedDocument, encodeImageIndex, encodeImageManifest } from '../image/encode-document.ts';
import type { ContentDescriptor } from '../image/image-documents.ts';
import { imageIndexMediaType } from '../image/media-types.ts';
import { imageManifestMediaType } from '../imports-artifact.ts';
import { type BundleDocument, type Companion, encodeBundleDocument } from './bundle-document.ts';

/** The artifact type of a bundle. */
export const bundleArtifactType = 'application/vnd.dev.block-pack.bundle.v1+json';
export const bundleListMediaType = 'application/vnd.dev.block-pack.bundle.list.v1+json';
export const bundlePayloadMediaType = 'application/vnd.dev.block-pack.bundle.payload.v1';

/** The small files of a bundle, all of which follow from its list. */
export interface BundleLayout {
  readonly list: EncodedDocument;
  readonly artifact: EncodedDocument;
  /** Of the image layout. */
  readonly index: Uint8Array;
}

export const bundleMarker = new TextEncoder().encode('{"imageLayoutVersion":"1.0.0"}');

/**
 * An OCI artifact whose config is the list, and whose layers are what the bundle carries: tools that copy layouts keep it all.
 * @param signatures manifests of signatures of the artifact, which the index names behind it
 */
export function encodeBundle(
  bundle: BundleDocument,
  signatures: readonly ContentDescriptor[] = [],
): BundleLayout {
  const bytes = encodeBundleDocument(bundle);
  const list = {
    bytes,
    descriptor: { mediaType: bundleListMediaType, digest: digestOf(bytes), size: bytes.length },
  };
  const artifact = encodeImageManifest({
    schemaVersion: 2,
    mediaType: imageManifestMediaType,
    artifactType: bundleArtifactType,
    config: list.descriptor,
    layers: carriedBlobs(bundle),
  });
  const { bytes: index } = encodeImageIndex({
    schemaVersion: 2,
    mediaType: imageIndexMediaType,
    manifests: [
      ...bundle.images.map(asMember),
      ...(bundle.companions ?? []).map(asMember),
      artifact.descriptor,
      ...signatures,
    ],
  });
  return { list, artifact, index };
}

/** Payloads of groups and whole layers, in the order of the list; each once. */
export function carriedBlobs({ groups, layers }: BundleDocument): ContentDescriptor[] {
  const payloads = groups.map(({ payload }) => ({ mediaType: bundlePayloadMediaType, ...payload }));
  const whole = layers.flatMap((layer) =>
    layer.origin === 'carried'
      ? [{ mediaType: layer.mediaType, digest: layer.digest, size: layer.size }]
      : [],
  );
  return [...new Map([...payloads, ...whole].map((one) => [one.digest, one])).values()];
}

function asMember({ name, ...descriptor }: Companion): ContentDescriptor {
  const annotations =
    name === undefined ? {} : { annotations: { 'org.opencontainers.image.ref.name': name } };
  return { ...descriptor, ...annotations };
}
