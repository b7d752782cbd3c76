import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bytesOf, collect } from '../bytes.ts';
import { digestOf } from '../digest.ts';
import { MemoryBlobStore } from '../memory-blob-store.ts';
import { type FakeImport, fakeManifest } from '../testing/index.ts';
import { assembleLayer } from './assemble-layer.ts';
import { repackLayer } from './repack-layer.ts';

const limit = 1 << 24;
const long = `${'directory/'.repeat(12)}${'name'.repeat(30)}`;
const imports: readonly FakeImport[] = [
  ['/app/lib/asm.jar', 'asm '.repeat(3000)],
  ['/app/lib/empty.jar', ''],
  ['/site', { 'six.py': 'import sys', 'logs/': '', [long]: 'long' }],
  ['/site', { 'yaml/__init__.py': 'x = 1', 'yaml/link': '-> __init__.py' }],
  ['/site/none', { 'only/': '' }],
];

async function packed(of: readonly FakeImport[] = imports) {
  const store = new MemoryBlobStore();
  const options = { blocks: store, encoding: 'gzip-1', write: store.write.bind(store) } as const;
  const { manifest, recipe } = await assembleLayer(await fakeManifest(store, of), options);
  const blob = await collect(store.read(recipe.layer.digest), limit, 'the layer');
  return { manifest, recipe, tar: gunzipSync(blob) };
}

describe('a layer whose compression was taken away', () => {
  it('is the very same blob again', async () => {
    const { manifest, recipe, tar } = await packed();
    for (const chunks of [[tar], Array.from(tar, (byte) => Uint8Array.of(byte))]) {
      const again = await collect(repackLayer(manifest, bytesOf(...chunks)), limit, 'the layer');
      expect(digestOf(again)).toBe(recipe.layer.digest);
    }
  });

  it('is refused where the tar is of another layer, or cut off', async () => {
    const { manifest, tar } = await packed();
    const fewer = await packed(imports.slice(0, 2));
    const others = [fewer.tar, tar.subarray(0, 700), tar.subarray(0, -1024), new Uint8Array()];
    for (const other of others)
      await expect(collect(repackLayer(manifest, bytesOf(other)), limit, 'x')).rejects.toMatchObject({
        code: 'TAR_INVALID',
      });
    await expect(collect(repackLayer(fewer.manifest, bytesOf(tar)), limit, 'x')).rejects.toMatchObject({
      code: 'TAR_INVALID',
    });
  });
});
