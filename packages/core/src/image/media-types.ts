import { BlockPackError } from '../error.ts';

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.1/media-types.md */
export const imageIndexMediaType = 'application/vnd.oci.image.index.v1+json';
export const imageConfigMediaType = 'application/vnd.oci.image.config.v1+json';

/** How the bytes of a layer's tar are packed. */
export type LayerCompression = 'none' | 'gzip' | 'zstd';

export const layerMediaTypes: Readonly<Record<LayerCompression, string>> = {
  none: 'application/vnd.oci.image.layer.v1.tar',
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
};

const compressions: ReadonlyMap<string, LayerCompression> = new Map([
  [layerMediaTypes.none, 'none'],
  [layerMediaTypes.gzip, 'gzip'],
  [layerMediaTypes.zstd, 'zstd'],
  ['application/vnd.docker.image.rootfs.diff.tar', 'none'],
  ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'gzip'],
  ['application/vnd.docker.image.rootfs.diff.tar.zstd', 'zstd'],
]);

const kinds: ReadonlyMap<string, ImageDocumentKind> = new Map([
  ['application/vnd.oci.image.manifest.v1+json', 'manifest'],
  ['application/vnd.docker.distribution.manifest.v2+json', 'manifest'],
  [imageIndexMediaType, 'index'],
  ['application/vnd.docker.distribution.manifest.list.v2+json', 'index'],
  [imageConfigMediaType, 'config'],
  ['application/vnd.docker.container.image.v1+json', 'config'],
]);

/** The documents that an image is made of, in the words of OCI. Docker's schema 2 has the same ones under other names. */
export type ImageDocumentKind = 'manifest' | 'index' | 'config';

/** Undefined for a media type that is none of an image's documents. */
export function imageDocumentKind(mediaType: string): ImageDocumentKind | undefined {
  return kinds.get(mediaType);
}

/** False for layers of artifacts, such as signatures and attestations, and for those whose bytes are elsewhere. */
export function isTarLayer(mediaType: string): boolean {
  return compressions.has(mediaType);
}

/**
 * How a layer of this media type is packed; OCI's and Docker's names are known.
 * @throws INPUT_UNSUPPORTED for layers that are not in the image (foreign, nondistributable), encrypted, or of an unknown kind
 */
export function layerCompression(mediaType: string, name: string): LayerCompression {
  const known = compressions.get(mediaType);
  if (known !== undefined) return known;
  throw new BlockPackError('INPUT_UNSUPPORTED', `${name} is a layer of the media type ${mediaType}`, {
    hint: unsupportedHint(mediaType),
    details: { mediaType },
  });
}

function unsupportedHint(mediaType: string): string {
  if (/foreign|nondistributable/.test(mediaType)) {
    return 'Its bytes lie outside of the image, at an address of its publisher. Copy the image with these layers pushed as ordinary ones, or choose another base.';
  }
  if (mediaType.includes('+encrypted'))
    return 'Decrypt the image first, for example with skopeo copy --decryption-key.';
  return 'Expected a tar, plain or with gzip: convert the image first, for example with skopeo copy.';
}
