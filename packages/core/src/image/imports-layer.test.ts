import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bytesOf, collect } from '../bytes.ts';
import { writeCanonicalTar } from '../canonical-tar.ts';
import { imageManifestMediaType } from '../imports-artifact.ts';
import { MemoryBlobStore } from '../memory-blob-store.ts';
import type { ImageManifest } from './image-documents.ts';
import { readImportsLayers } from './imports-layer.ts';
import { imageConfigMediaType, layerMediaTypes } from './media-types.ts';

/** A tar with one import manifest of many lines that say nothing. */
async function importsTar(name: string, mebibytes: number): Promise<Uint8Array> {
  const line = `#${'x'.repeat((1 << 20) - 2)}\n`;
  const text = Buffer.from(`#block-pack import manifest v1\n#packer java\n${line.repeat(mebibytes)}`);
  const read = () => bytesOf(text);
  const entry = {
    kind: 'file',
    path: `.import.${name}`,
    size: text.length,
    executable: false,
    read,
  } as const;
  return collect(writeCanonicalTar([entry]), 1 << 28, 'the tar');
}

async function reading(tars: readonly Uint8Array[], packed = true) {
  const store = new MemoryBlobStore();
  const layers = [];
  for (const tar of tars) {
    const { digest, size } = await store.write(bytesOf(packed ? gzipSync(tar, { level: 1 }) : tar));
    layers.push({ mediaType: packed ? layerMediaTypes.gzip : layerMediaTypes.none, digest, size });
  }
  const [first] = layers;
  if (first === undefined) throw new Error('a layer is expected');
  const config = { ...first, mediaType: imageConfigMediaType };
  const manifest: ImageManifest = { schemaVersion: 2, mediaType: imageManifestMediaType, config, layers };
  return readImportsLayers(manifest, store, 'image');
}

describe('the import manifests of an image', () => {
  it('are read up to 32 MiB', async () => {
    const found = await reading([await importsTar('a', 10), await importsTar('b', 10)]);
    expect(found.map(({ layer }) => layer)).toEqual([0, 1]);
  });

  it('are refused beyond, in one layer or in several, packed or not', async () => {
    const half = await importsTar('a', 17);
    const whole = await importsTar('a', 32);
    const more = await importsTar('a', 40);
    for (const call of [
      reading([whole]),
      reading([half, half]),
      reading([whole], false),
      reading([more], false),
    ])
      await expect(call).rejects.toMatchObject({
        code: 'IMAGE_INVALID',
        message: expect.stringContaining('more than 33554432 bytes of import manifests'),
      });
  });
});
