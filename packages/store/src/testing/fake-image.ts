import { gzipSync } from 'node:zlib';
import {
  type BlobStore,
  bytesOf,
  type ContentDescriptor,
  digestOf,
  encodeImageConfig,
  encodeImageIndex,
  encodeImageManifest,
  imageIndexMediaType,
  imageManifestMediaType,
  layerMediaTypes,
  MemoryBlobStore,
  type Platform,
} from '@block-pack/core';
import { fakeTar, file } from './fake-layer.ts';

/** An image whose layers hold one file each, with the given texts as content. */
export async function fakeImage(
  store: BlobStore,
  texts: readonly string[],
  platform: Platform = { os: 'linux', architecture: 'amd64' },
): Promise<ContentDescriptor> {
  const tars = texts.map((text, at) => fakeTar(file(`file${at}`, text)));
  const layers = [];
  for (const tar of tars) layers.push(await put(store, gzipSync(tar), layerMediaTypes.gzip));
  const config = encodeImageConfig({ ...platform, rootfs: { type: 'layers', diff_ids: tars.map(digestOf) } });
  await store.write(bytesOf(config.bytes));
  return putEncoded(
    store,
    encodeImageManifest({
      schemaVersion: 2,
      mediaType: imageManifestMediaType,
      config: config.descriptor,
      layers,
    }),
  );
}

export async function fakeIndex(
  store: BlobStore,
  manifests: readonly ContentDescriptor[],
): Promise<ContentDescriptor> {
  return putEncoded(store, encodeImageIndex({ schemaVersion: 2, mediaType: imageIndexMediaType, manifests }));
}

/** A store in memory with one image in it. */
export async function imageInMemory(...texts: readonly string[]) {
  const blobs = new MemoryBlobStore();
  return { blobs, root: await fakeImage(blobs, texts) };
}

export async function put(
  store: BlobStore,
  bytes: Uint8Array,
  mediaType: string,
): Promise<ContentDescriptor> {
  const { digest, size } = await store.write(bytesOf(bytes));
  return { mediaType, digest, size };
}

async function putEncoded(
  store: BlobStore,
  { bytes, descriptor }: ReturnType<typeof encodeImageManifest>,
): Promise<ContentDescriptor> {
  await store.write(bytesOf(bytes));
  return descriptor;
}
