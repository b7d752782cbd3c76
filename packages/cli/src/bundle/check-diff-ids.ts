import {
  type BlobSource,
  type Bytes,
  type ContentDescriptor,
  checkSignal,
  type Digest,
  type ImageManifest,
  imageDocumentKind,
  imageInvalid,
  isOfZlib,
  isTarLayer,
  layerCompression,
  Measure,
  memberContent,
  parseImageConfig,
  readDocument,
} from '@block-pack/core';

/** Layers whose diffID can be told without reading more than was brought. */
export interface KnownLayers {
  /** DiffIDs of layers that were made here. */
  readonly made: ReadonlyMap<Digest, Digest>;
  /** Layers that the bundle carries; they are read for it. */
  readonly carried: ReadonlySet<Digest>;
  readonly signal: AbortSignal;
}

/**
 * Holds the layers that a bundle brings against the diffIDs of an image's config. Passed over are layers packed with zstd, which not every Node can unpack, and what is no tar, as in attestations.
 * @throws IMAGE_INVALID
 */
export async function checkDiffIds(
  manifest: ImageManifest,
  blobs: BlobSource,
  known: KnownLayers,
): Promise<void> {
  const { config, layers } = manifest;
  if (imageDocumentKind(config.mediaType) !== 'config') return;
  const name = `The image with the config ${config.digest}`;
  const { rootfs } = parseImageConfig(await readDocument(config, blobs, name), name);
  if (rootfs.diff_ids.length !== layers.length)
    throw imageInvalid(name, `it has ${layers.length} layers and ${rootfs.diff_ids.length} diffIDs`);
  for (const [at, layer] of layers.entries()) {
    const expected = rootfs.diff_ids[at];
    const seen = known.made.get(layer.digest) ?? (await carriedDiffId(layer, blobs, known));
    if (seen !== undefined && seen !== expected)
      throw imageInvalid(name, `the diffID of its layer ${layer.digest} is ${seen}, expected ${expected}`);
  }
}

async function carriedDiffId(
  { digest, mediaType }: ContentDescriptor,
  blobs: BlobSource,
  { carried, signal }: KnownLayers,
): Promise<Digest | undefined> {
  if (!carried.has(digest) || !isTarLayer(mediaType)) return undefined;
  const compression = layerCompression(mediaType, digest);
  if (compression === 'none') return digest;
  return compression === 'gzip' ? unpackedDigest(blobs.read(digest), digest, signal) : undefined;
}

async function unpackedDigest(layer: Bytes, digest: Digest, signal: AbortSignal): Promise<Digest> {
  const measure = new Measure();
  try {
    for await (const chunk of memberContent(layer)) {
      checkSignal(signal);
      measure.add(chunk);
    }
  } catch (cause) {
    if (!isOfZlib(cause)) throw cause;
    throw imageInvalid(`The layer ${digest}`, 'it cannot be unpacked with gzip', cause);
  }
  return measure.digest();
}
