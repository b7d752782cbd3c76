import { describe, expect, it } from 'vitest';
import { type Bytes, bytesOf } from '../bytes.ts';
import type { ImportManifest } from '../import-manifest.ts';
import { MemoryBlobStore } from '../memory-blob-store.ts';
import { fakeManifest } from '../testing/index.ts';
import { type AssembledLayer, type AssembleLayerOptions, assembleLayer } from './assemble-layer.ts';
import { gzipMember } from './gzip-member.ts';
import { type KeptSegment, noSegmentMemory, type SegmentMemory, segmentKey } from './segment-memory.ts';

/** A layer that a site has, and what is needed to make it once more. */
class Site {
  readonly store = new MemoryBlobStore();
  readonly #known = new Map<string, KeptSegment>();
  /** Bytes of segments that were read. */
  read = 0;

  assemble(
    manifest: ImportManifest,
    options: Partial<AssembleLayerOptions> = {},
    expected?: AssembledLayer,
  ): Promise<AssembledLayer> {
    const { store } = this;
    const write = (content: Bytes) => store.write(content, expected?.digest);
    return assembleLayer(
      manifest,
      { blocks: store, encoding: 'gzip-6', write, ...options },
      expected?.digest,
    );
  }

  knows({ manifest, recipe }: AssembledLayer): void {
    let offset = recipe.head;
    for (const [index, line] of manifest.imports.entries()) {
      const length = recipe.segments[index]?.packed ?? 0;
      this.#known.set(segmentKey(line, 'gzip-6'), { layer: recipe.layer.digest, offset, length });
      offset += length;
    }
  }

  takesFor(manifest: ImportManifest, kept: KeptSegment): void {
    for (const line of manifest.imports) this.#known.set(segmentKey(line, 'gzip-6'), kept);
  }

  get segments(): SegmentMemory {
    return {
      ...noSegmentMemory,
      find: async (key) => this.#known.get(key),
      forget: (key) => void this.#known.delete(key),
      read: (kept) => this.#read(kept),
    };
  }

  async *#read({ layer, offset, length }: KeptSegment): Bytes {
    for (let at = offset; at < offset + length; at += 1024) {
      const size = Math.min(1024, offset + length - at);
      yield* this.store.read(layer, { offset: at, length: size });
      this.read += size;
    }
  }
}

describe('a layer that is known, made of segments that no sum vouches for', () => {
  it('is checked to the inside without a look at the blocks', async () => {
    const site = new Site();
    const manifest = await fakeManifest(site.store, [
      ['/a', 'one '.repeat(2000)],
      ['/b', { c: 'two', 'd/': '' }],
    ]);
    const layer = await site.assemble(manifest);
    site.knows(layer);
    const blocks = { has: site.store.has.bind(site.store), read: onlyTrees(site.store) };
    const again = await site.assemble(manifest, { segments: site.segments, blocks }, layer);
    expect(again).toEqual({ ...layer, copied: 2 });
  });

  it('is made of blocks where a segment is damaged', async () => {
    const site = new Site();
    const manifest = await fakeManifest(site.store, [['/a', 'one']]);
    const layer = await site.assemble(manifest);
    const { digest, size } = await site.store.write(bytesOf(new Uint8Array(100)));
    site.takesFor(manifest, { layer: digest, offset: 0, length: size });
    expect(await site.assemble(manifest, { segments: site.segments }, layer)).toEqual(layer);
  });

  it('is made of blocks where a segment unpacks to far more, which is not unpacked to its end', async () => {
    const site = new Site();
    const manifest = await fakeManifest(site.store, [['/a', 'one']]);
    const layer = await site.assemble(manifest);
    const { digest, size } = await site.store.write(gzipMember(zeros(64), 'gzip-6'));
    site.takesFor(manifest, { layer: digest, offset: 0, length: size });
    expect(await site.assemble(manifest, { segments: site.segments }, layer)).toEqual(layer);
    // Once to copy it, and the beginning of it to unpack it.
    expect(site.read).toBeLessThan(1.5 * size);
  });
});

/** The directories of trees are part of the plan, so they are always read. */
function onlyTrees(store: MemoryBlobStore): MemoryBlobStore['read'] {
  return (digest, range) => {
    if (range !== undefined) throw new Error('a block is read to be digested');
    return store.read(digest);
  };
}

async function* zeros(mebibytes: number): Bytes {
  for (let count = 0; count < mebibytes; count++) yield new Uint8Array(1 << 20);
}
