import type { Descriptor } from '../blob.ts';
import { digestOf } from '../digest.ts';
import { type EncodedDocument, encodeImageIndex, encodeImageManifest } from '../image/encode-document.ts';
import type { ContentDescriptor } from '../image/image-documents.ts';
import { imageIndexMediaType } from '../image/media-types.ts';
import { imageManifestMediaType } from '../imports-artifact.ts';
import type { BundleDocument } from './bundle-document.ts';
import { packBundleList } from './bundle-list.ts';

/** The artifact type of a bundle. */
export const bundleArtifactType = 'application/vnd.dev.block-pack.bundle.v1+json';
export const bundleListMediaType = 'application/vnd.dev.block-pack.bundle.list.v1+brotli';
export const bundlePayloadMediaType = 'application/vnd.dev.block-pack.bundle.payload.v1';

/** The small files of a bundle that follow from its list and its payload. */
export interface BundleLayout {
  readonly list: EncodedDocument;
  readonly artifact: EncodedDocument;
}

export const bundleMarker = new TextEncoder().encode('{"imageLayoutVersion":"1.0.0"}');

/**
 * The small files of a bundle.
 * @param payload what the groups have, one behind the other; undefined where there are none
 */
export function encodeBundle(bundle: BundleDocument, payload?: Descriptor): BundleLayout {
  return layoutOf(bundle, packBundleList(bundle), payload);
}

/**
 * An OCI artifact whose config is the list, and whose layers are what the bundle carries: tools that copy layouts keep it all.
 * @param packed the list as it travels
 */
export function layoutOf(bundle: BundleDocument, packed: Uint8Array, payload?: Descriptor): BundleLayout {
  const descriptor = { mediaType: bundleListMediaType, digest: digestOf(packed), size: packed.length };
  const artifact = encodeImageManifest({
    schemaVersion: 2,
    mediaType: imageManifestMediaType,
    artifactType: bundleArtifactType,
    config: descriptor,
    layers: carriedBlobs(bundle, payload),
  });
  return { list: { bytes: packed, descriptor }, artifact };
}

/**
 * `index.json` of the image layout.
 * @param signatures manifests of signatures of the artifact
 */
export function encodeBundleIndex(
  artifact: ContentDescriptor,
  signatures: readonly ContentDescriptor[] = [],
): Uint8Array {
  return encodeImageIndex({
    schemaVersion: 2,
    mediaType: imageIndexMediaType,
    manifests: [artifact, ...signatures],
  }).bytes;
}

/** The payload and whole layers, in the order of the list; each once. */
export function carriedBlobs({ layers }: BundleDocument, payload?: Descriptor): ContentDescriptor[] {
  const payloads = payload === undefined ? [] : [{ mediaType: bundlePayloadMediaType, ...payload }];
  const whole = layers.flatMap((layer) =>
    layer.origin === 'carried'
      ? [{ mediaType: layer.mediaType, digest: layer.digest, size: layer.size }]
      : [],
  );
  return [...new Map([...payloads, ...whole].map((one) => [one.digest, one])).values()];
}
