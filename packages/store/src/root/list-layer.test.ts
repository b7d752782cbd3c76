import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlobSource, bytesOf, digestOf, layerMediaTypes, MemoryBlobStore } from '@block-pack/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { directory, type FakeEntry, fakeTar, file, hardLink, pax, symlink } from '../testing/fake-layer.ts';
import { listLayer } from './list-layer.ts';
import type { RootLayer } from './read-layer.ts';

let cacheDirectory: string;
let blobs: MemoryBlobStore;
beforeEach(() => {
  cacheDirectory = mkdtempSync(join(tmpdir(), 'block-pack-listings-'));
  blobs = new MemoryBlobStore();
});
afterEach(() => rmSync(cacheDirectory, { recursive: true, force: true }));

/** A plain tar, whose digest is its diffID. */
async function layerOf(...entries: readonly FakeEntry[]): Promise<RootLayer> {
  const { digest, size } = await blobs.write(bytesOf(fakeTar(...entries)));
  return { mediaType: layerMediaTypes.none, digest, size, diffId: digest };
}

const unreadable: BlobSource = {
  has: async () => true,
  read: () => {
    throw new Error('read again');
  },
};

describe('the listing of a layer', () => {
  it('is read once, and known from then on', async () => {
    const layer = await layerOf(
      directory('d', { mode: 0o1777 }),
      pax({ 'SCHILY.xattr.user.x': '1', mtime: '1.5' }),
      file('d/ünï', 'x', { uid: 7 }),
      symlink('l', 'd'),
      hardLink('h', 'd/ünï'),
      { path: 'null', type: '3' },
      file('d/.wh.old'),
      file('e/.wh..wh..opq'),
    );
    const first = await listLayer(layer, blobs, { cacheDirectory });
    expect(first.entries).toHaveLength(7);
    expect(await listLayer(layer, unreadable, { cacheDirectory })).toEqual(first);
  });

  it('is read again where what was kept is damaged', async () => {
    const layer = await layerOf(file('name'));
    const first = await listLayer(layer, blobs, { cacheDirectory });
    const [kept = ''] = readdirSync(cacheDirectory);
    const text = readFileSync(join(cacheDirectory, kept), 'utf8');
    for (const damaged of [text.replace('/name', '/nama'), text.slice(0, -10), '', '{}']) {
      writeFileSync(join(cacheDirectory, kept), damaged);
      expect(await listLayer(layer, blobs, { cacheDirectory })).toEqual(first);
    }
    expect(readFileSync(join(cacheDirectory, kept), 'utf8')).toBe(text);
  });

  it('is not kept where the cache cannot be written, nor of a layer that is not as its image says', async () => {
    const layer = await layerOf(file('name'));
    const nowhere = join(cacheDirectory, 'nowhere');
    expect((await listLayer(layer, blobs, { cacheDirectory: nowhere })).entries).toHaveLength(1);
    const wrong = { ...layer, diffId: digestOf(new Uint8Array()) };
    await expect(listLayer(wrong, blobs, { cacheDirectory })).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    });
    expect(readdirSync(cacheDirectory)).toEqual([]);
  });
});
