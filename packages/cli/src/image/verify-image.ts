import {
  type BlobSource,
  type ContentDescriptor,
  type FoundImportsLayer,
  type ImageManifest,
  imageDocumentKind,
  isNative,
  type OpenedImage,
  parseImageConfig,
  parseImageIndex,
  parseImageManifest,
  readImportsLayers,
} from '@block-pack/core';
import { type ImageVerification, reasonOf, VerificationRecord } from './verification.ts';
import { BlobCheck, type VerifyImageOptions } from './verify-blobs.ts';
import { explainedLayers, verifyBlockNames, verifyDescribed, verifyNames } from './verify-imports.ts';
import { verifyLayers } from './verify-layers.ts';
import { verifyVisible } from './verify-visible.ts';

/**
 * Reads everything that an image leads to: documents, layers, blocks. Digests, sizes and diffIDs are checked, each layer that block-pack made is held
 * against its import manifest, and so is what later layers leave to be seen of it.
 * @param name the image, for messages
 */
export async function verifyImage(
  root: ContentDescriptor,
  blobs: BlobSource,
  name: string,
  options: VerifyImageOptions,
): Promise<ImageVerification> {
  const record = new VerificationRecord();
  await verifyDocument(root, name, new BlobCheck(blobs, record, options));
  return record.result();
}

/** An index may lead to an index; further down nobody follows. */
const depthLimit = 2;

async function verifyDocument(
  descriptor: ContentDescriptor,
  name: string,
  check: BlobCheck,
  depth = 0,
): Promise<void> {
  const { digest, mediaType } = descriptor;
  const { record } = check;
  if (!record.isNew(`document ${digest}`)) return;
  await record.guarded(digest, async () => {
    const bytes = await check.document(descriptor, name);
    if (imageDocumentKind(mediaType) !== 'index') return verifyManifest(descriptor, bytes, name, check);
    if (depth === depthLimit) return record.find({ digest, message: 'is an index in an index in an index' });
    for (const member of parseImageIndex(bytes, name, mediaType).manifests)
      await verifyDocument(member, name, check, depth + 1);
  });
}

async function verifyManifest(
  { digest, mediaType }: ContentDescriptor,
  bytes: Uint8Array,
  name: string,
  check: BlobCheck,
): Promise<void> {
  const manifest = parseImageManifest(bytes, name, mediaType);
  if (manifest.artifactType !== undefined || imageDocumentKind(manifest.config.mediaType) !== 'config') {
    for (const one of [manifest.config, ...manifest.layers]) await check.blob(one);
    return;
  }
  const { record } = check;
  record.images++;
  const config = parseImageConfig(await check.document(manifest.config, name), name);
  const { diff_ids: diffIds } = config.rootfs;
  if (diffIds.length !== manifest.layers.length) {
    const message = `has ${manifest.layers.length} layers, and its config ${diffIds.length} diffIDs`;
    return record.find({ digest, message });
  }
  const image = { name, manifest, config, imports: await readImports(manifest, name, check) };
  verifyNames(image, record);
  const explained = explainedLayers(image);
  await verifyLayers(image, explained, check);
  if (isNative(manifest)) return verifyNative(digest, image, check);
  verifyDescribed(digest, image, explained, record);
  await verifyVisible(image, explained, check);
}

/** Where they cannot be read, the rest is checked all the same. */
async function readImports(
  manifest: ImageManifest,
  name: string,
  { blobs, record }: BlobCheck,
): Promise<readonly FoundImportsLayer[]> {
  try {
    return await readImportsLayers(manifest, blobs, name);
  } catch (error) {
    const message = `has imports that cannot be read: ${reasonOf(error)}`;
    record.find({ digest: manifest.config.digest, message });
    return [];
  }
}

async function verifyNative(
  digest: ContentDescriptor['digest'],
  image: OpenedImage,
  check: BlobCheck,
): Promise<void> {
  verifyBlockNames(digest, image, check.record);
  for (const block of image.manifest.blocks ?? []) await check.blob(block);
}
