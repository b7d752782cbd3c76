import { describe, expect, it } from 'vitest';
import type { ByteRange } from '../blob.ts';
import { type Bytes, bytesOf, collect } from '../bytes.ts';
import { decodeImportManifest, encodeImportManifest, type ImportManifest } from '../import-manifest.ts';
import { MemoryBlobStore } from '../memory-blob-store.ts';
import { type FakeImport, fakeManifest } from '../testing/index.ts';
import { type AssembledLayer, assembleLayer } from './assemble-layer.ts';
import { layerRanges, rebuildLayer } from './layer-ranges.ts';
import { withLayerRecipe } from './layer-recipe.ts';

const earlier: readonly FakeImport[] = [
  ['/app/lib/asm.jar', 'asm '.repeat(3000)],
  ['/app/lib/guava.jar', 'guava'],
  ['/app/lib/guice.jar', 'guice'],
  ['/site', { 'six.py': 'import sys', 'logs/': '' }],
  ['/site', { 'yaml/__init__.py': 'x = 1' }],
];
const update: readonly FakeImport[] = [
  ['/app/lib/asm.jar', 'asm '.repeat(3000)],
  ['/app/lib/guava.jar', 'guava 2'],
  ['/app/lib/guice.jar', 'guice 2'],
  ['/app/lib/zoo.jar', 'guice 2'],
  ['/site', { 'six.py': 'import sys # 2', 'logs/': '', 'bin/six': '-> ../six.py' }],
  ['/site', { 'yaml/__init__.py': 'x = 1' }],
];

/** Somewhere else the layer was made; here are the manifest that travels and the blob that ranges are read of. */
async function published(
  imports: readonly FakeImport[],
): Promise<{ layer: AssembledLayer; manifest: ImportManifest; store: MemoryBlobStore }> {
  const store = new MemoryBlobStore();
  const layer = await assembleLayer(await fakeManifest(store, imports), {
    blocks: store,
    encoding: 'gzip-6',
    write: store.write.bind(store),
  });
  return { layer, store, manifest: decodeImportManifest(encodeImportManifest(layer.manifest), 'the image') };
}

describe('the ranges of a layer', () => {
  it('are the segments of the blocks that a store lacks, neighbours together, each block once', async () => {
    const { manifest, layer } = await published(update);
    const site = new MemoryBlobStore();
    await fakeManifest(site, earlier);
    const { ranges, missing, bytes } = await layerRanges(manifest, site);
    expect(missing.map(({ path }) => path)).toEqual(['/app/lib/guava.jar', '/app/lib/guice.jar', '/site']);
    expect(ranges).toHaveLength(2);
    expect(ranges[0]?.offset).toBeGreaterThanOrEqual(layer.recipe.head);
    expect(ranges.reduce((sum, { length }) => sum + length, 0)).toBe(bytes);
    expect(bytes).toBeLessThan(layer.size);
  });

  it('are none where the store has all, and all but head and end where it has nothing', async () => {
    const { manifest, layer, store } = await published(earlier);
    expect(await layerRanges(manifest, store)).toEqual({ ranges: [], missing: [], bytes: 0 });
    const { ranges } = await layerRanges(manifest, new MemoryBlobStore());
    const packed = layer.recipe.segments.reduce((sum, segment) => sum + segment.packed, 0);
    expect(ranges).toEqual([{ offset: layer.recipe.head, length: packed }]);
  });

  it.each([
    ['head', 1, 0, 0],
    ['packed', 0, 5000, 0],
    ['size', 0, 0, -1],
  ])('are not believed where %s is a lie', async (_, head, packed, size) => {
    const { manifest, layer } = await published(earlier);
    const { recipe } = layer;
    const lie = withLayerRecipe(manifest, {
      ...recipe,
      layer: { ...recipe.layer, size: recipe.layer.size + size },
      head: recipe.head + head,
      segments: recipe.segments.map((one, at) => (at === 1 ? { ...one, packed: one.packed + packed } : one)),
    });
    await expect(layerRanges(lie, new MemoryBlobStore())).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      message: expect.stringContaining('contradicts itself'),
    });
  });

  it('are not known of a manifest that was in no image', async () => {
    const store = new MemoryBlobStore();
    await expect(layerRanges(await fakeManifest(store, earlier), store)).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
    });
  });
});

describe('a layer made again elsewhere', () => {
  it('is the very same, from the blocks there and the ranges that were missing', async () => {
    const { manifest, layer, store } = await published(update);
    const site = new MemoryBlobStore();
    await fakeManifest(site, earlier);
    const expected = await layerRanges(manifest, site);
    const asked: ByteRange[] = [];
    const again = await rebuildLayer(manifest, {
      blocks: site,
      write: site.write.bind(site),
      fetch: (range) => {
        asked.push(range);
        return store.read(layer.digest, range);
      },
    });
    expect(asked).toEqual(expected.ranges);
    expect(again).toEqual(layer);
    expect(await site.has(layer.digest, layer.size)).toBe(true);
    expect((await layerRanges(manifest, site)).missing).toEqual([]);
  });

  it('comes out of nothing but its own blob', async () => {
    const { manifest, layer, store } = await published(update);
    const site = new MemoryBlobStore();
    const fetch = (range: ByteRange) => store.read(layer.digest, range);
    expect((await rebuildLayer(manifest, { blocks: site, write: site.write.bind(site), fetch })).digest).toBe(
      layer.digest,
    );
  });

  it('is refused without the missing blocks', async () => {
    const { manifest } = await published(update);
    const site = new MemoryBlobStore();
    await expect(
      rebuildLayer(manifest, { blocks: site, write: site.write.bind(site) }),
    ).rejects.toMatchObject({ code: 'BLOB_MISSING' });
  });

  const lies: readonly (readonly [string, (right: Uint8Array) => Bytes])[] = [
    ['with a bit changed', (right) => bytesOf(right.map((byte, at) => (at === 40 ? byte ^ 1 : byte)))],
    ['that ends too early', (right) => bytesOf(right.subarray(0, right.length - 3))],
    ['that is no gzip', (right) => bytesOf(new Uint8Array(right.length))],
    ['that is empty', () => bytesOf()],
  ];
  it.each(lies)('is refused from a range %s, and no wrong block is kept', async (_, lie) => {
    const { manifest, layer, store } = await published(update);
    const site = new MemoryBlobStore();
    const written: string[] = [];
    async function* fetch(range: ByteRange): Bytes {
      yield* lie(await collect(store.read(layer.digest, range), 1 << 24, 'the range'));
    }
    const rebuilding = rebuildLayer(manifest, {
      blocks: {
        has: site.has.bind(site),
        read: site.read.bind(site),
        async write(content, expected) {
          const one = await site.write(content, expected);
          written.push(one.digest);
          return one;
        },
      },
      write: site.write.bind(site),
      fetch,
    });
    await expect(rebuilding).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      message: expect.stringContaining('is not its block'),
    });
    const named: readonly string[] = manifest.imports.map(({ digest }) => digest);
    for (const digest of written) expect(named).toContain(digest);
  });

  it('is refused when its manifest is of another layer', async () => {
    const { manifest, store } = await published(update);
    const [first = '', ...rest] = manifest.directives;
    const other = {
      ...manifest,
      directives: [first.replace(/^layer sha256:.{8}/, 'layer sha256:00000000'), ...rest],
    };
    await expect(
      rebuildLayer(other, { blocks: store, write: store.write.bind(store) }),
    ).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });

  it('passes on what the network says', async () => {
    const { manifest } = await published(update);
    const site = new MemoryBlobStore();
    async function* fetch(): Bytes {
      yield new Uint8Array([0x1f, 0x8b, 8]);
      throw new Error('connection reset');
    }
    await expect(
      rebuildLayer(manifest, { blocks: site, write: site.write.bind(site), fetch }),
    ).rejects.toThrow('connection reset');
  });
});
