import { describe, expect, it } from 'vitest';
import type { ByteRange } from '../blob.ts';
import { type Bytes, bytesOf } from '../bytes.ts';
import { decodeImportManifest, encodeImportManifest, type ImportManifest } from '../import-manifest.ts';
import { MemoryBlobStore } from '../memory-blob-store.ts';
import { type FakeImport, fakeManifest } from '../testing/index.ts';
import { assembleLayer } from './assemble-layer.ts';
import { type BlobRoom, EarlySegments } from './early-segments.ts';
import { rebuildLayer } from './layer-ranges.ts';

const imports: readonly FakeImport[] = [
  ['/app/lib/asm.jar', 'asm '.repeat(3000)],
  ['/app/lib/guice.jar', 'guice'],
  ['/app/lib/zoo.jar', 'guice'],
  ['/site', { 'six.py': 'import sys', 'logs/': '', 'bin/six': '-> ../six.py' }],
  ['/site', { 'yaml/__init__.py': 'x = 1' }],
];

/** Blocks, and a manifest with the recipe of the layer that was made of them elsewhere. */
async function published(): Promise<{ manifest: ImportManifest; size: number; blocks: MemoryBlobStore }> {
  const blocks = new MemoryBlobStore();
  const { manifest, size } = await assembleLayer(await fakeManifest(blocks, imports), {
    blocks,
    encoding: 'gzip-auto',
    write: blocks.write.bind(blocks),
  });
  return { manifest: decodeImportManifest(encodeImportManifest(manifest), 'the image'), size, blocks };
}

class MemoryRoom implements BlobRoom {
  isOpen = true;
  readonly bytes: Uint8Array;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
  }

  write(chunk: Uint8Array, position: number): void {
    this.bytes.set(chunk, position);
  }

  read({ offset, length }: ByteRange): Bytes {
    return bytesOf(this.bytes.subarray(offset, offset + length));
  }
}

/** All of them, the last block first. */
async function addAll(early: EarlySegments, manifest: ImportManifest): Promise<void> {
  for (const { digest } of manifest.imports.toReversed()) await early.add(digest);
}

describe('segments that are made early', () => {
  it('are those of the layer, at their places, in whatever order their blocks come', async () => {
    const { manifest, size, blocks } = await published();
    const room = new MemoryRoom(size);
    const early = await EarlySegments.of(manifest, blocks, room);
    await addAll(early, manifest);
    const layer = await rebuildLayer(manifest, { blocks, segments: early, write: blocks.write.bind(blocks) });
    expect(layer.copied).toBe(imports.length);
  });

  it('are made anew where the room has others, or is closed', async () => {
    for (const spoil of [
      (room: MemoryRoom) => room.bytes.fill(0),
      (room: MemoryRoom) => (room.isOpen = false),
    ]) {
      const { manifest, size, blocks } = await published();
      const room = new MemoryRoom(size);
      const early = await EarlySegments.of(manifest, blocks, room);
      await addAll(early, manifest);
      spoil(room);
      const layer = await rebuildLayer(manifest, {
        blocks,
        segments: early,
        write: blocks.write.bind(blocks),
      });
      expect(layer.copied).toBe(0);
    }
  });

  it('are refused, and do not lie beyond their places, where they are not as long as the recipe says', async () => {
    const { manifest, size, blocks } = await published();
    const text = encodeImportManifest(manifest);
    const lengths = [...text.matchAll(/packed=(\d+)/g)].map(([, length]) => Number(length));
    const [first = 0, second = 0] = lengths;
    const other = text
      .replace(`packed=${first}`, `packed=${first - 1}`)
      .replace(`packed=${second}`, `packed=${second + 1}`);
    const room = new MemoryRoom(size);
    const changed = decodeImportManifest(other, 'a hostile image');
    const early = await EarlySegments.of(changed, blocks, room);
    for (const line of changed.imports.slice(0, 2))
      await expect(early.add(line.digest)).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
    const beyond = room.bytes.subarray(size - lengths.slice(3).reduce((sum, length) => sum + length, 0));
    expect(beyond.some((byte) => byte !== 0)).toBe(false);
  });
});
