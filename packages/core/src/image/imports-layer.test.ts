import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bytesOf, collect } from '../bytes.ts';
import { writeCanonicalTar } from '../canonical-tar.ts';
import { imageManifestMediaType } from '../imports-artifact.ts';
import { MemoryBlobStore } from '../memory-blob-store.ts';
import type { ImageManifest } from './image-documents.ts';
import {
  encodeImportsLayer,
  type ImportsFile,
  importsLimit,
  importsRoom,
  importsTar,
  layerOrder,
  readImportsLayers,
} from './imports-layer.ts';
import { imageConfigMediaType, layerMediaTypes } from './media-types.ts';

/** A tar with one import manifest of many lines that say nothing. */
async function tarOf(name: string, mebibytes: number): Promise<Uint8Array> {
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

/** An image of these layers. */
async function imageOf(tars: readonly Uint8Array[], packed = true) {
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
  return { manifest, store };
}

async function reading(tars: readonly Uint8Array[], packed = true) {
  const { manifest, store } = await imageOf(tars, packed);
  return readImportsLayers(manifest, store, 'image');
}

/** A manifest whose imports layer has a tar of about so many bytes, with a last line that makes up for the rest. */
function manifestOf(name: string, bytes: number): ImportsFile {
  const directives = ['x'.repeat(bytes - 3 * 512)];
  return { name, manifest: { packer: 'java', directives, imports: [] } };
}

describe('the import manifests of an image', () => {
  it('are read up to 8 MiB', async () => {
    const found = await reading([await tarOf('a', 4), await tarOf('b', 3)]);
    expect(found.map(({ layer }) => layer)).toEqual([0, 1]);
  });

  it('are refused beyond, in one layer or in several, packed or not', async () => {
    const half = await tarOf('a', 5);
    const whole = await tarOf('a', 8);
    const more = await tarOf('a', 12);
    for (const call of [
      reading([whole]),
      reading([half, half]),
      reading([whole], false),
      reading([more], false),
    ])
      await expect(call).rejects.toMatchObject({
        code: 'IMAGE_INVALID',
        message: expect.stringContaining('more than 8388608 bytes of import manifests'),
      });
  });

  it('are written as long as they can be read, also beside those of a base', async () => {
    const below = await importsTar([manifestOf('a', importsLimit / 2)]);
    const { manifest, store } = await imageOf([below]);
    const room = await importsRoom(manifest, store, 'image');
    expect(room).toBe(importsLimit - below.length);
    const fits = await importsTar([manifestOf('b', room - 100)], room);
    expect(await reading([below, fits])).toHaveLength(2);
    const more = [manifestOf('b', room + 1024)];
    await expect(reading([below, await importsTar(more)])).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
    await expect(encodeImportsLayer(more, room)).rejects.toMatchObject({
      code: 'INPUT_UNSUPPORTED',
      message: expect.stringContaining(`can have ${room} beside the ${below.length} of its base`),
    });
  });
});

describe('the layers of import manifests', () => {
  it('lie in the order of the names, application files above what changes less', () => {
    const file = (name: string, packer: string): ImportsFile => {
      return { name, manifest: { packer, directives: [], imports: [] } };
    };
    const all = [file('a', 'files'), file('python', 'python'), file('files', 'files'), file('java', 'java')];
    expect(all.sort(layerOrder).map(({ name }) => name)).toEqual(['java', 'python', 'a', 'files']);
  });
});
