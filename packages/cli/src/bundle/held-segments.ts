import {
  type ByteRange,
  type Bytes,
  blockFromSegment,
  type Digest,
  type Import,
  type ImportManifest,
  type KeptSegment,
  type LayerRecipe,
  memberContent,
  type SegmentKey,
  type SegmentMemory,
  segmentKey,
  verified,
} from '@block-pack/core';
import { unpackedPart } from './unpacked-part.ts';

/** A segment of a layer that somebody has: a block can be read out of it. */
interface HeldSegment {
  readonly line: Import;
  readonly empty: readonly string[];
  readonly layer: Digest;
  readonly range: ByteRange;
}

/** The blocks in layers that are held: each is read out of its segment. */
export class HeldSegments {
  /** A block may stand in several layers; it is read from the last. */
  readonly #segments = new Map<Digest, HeldSegment[]>();
  readonly #keys = new Map<SegmentKey, KeptSegment>();
  readonly #readLayer: (layer: Digest, range: ByteRange) => Bytes;

  constructor(readLayer: (layer: Digest, range: ByteRange) => Bytes) {
    this.#readLayer = readLayer;
  }

  /** Takes in all segments of a layer. */
  add({ imports }: ImportManifest, recipe: LayerRecipe): void {
    const layer = recipe.layer.digest;
    let offset = recipe.head;
    for (const [index, line] of imports.entries()) {
      const { packed, empty } = recipe.segments[index] ?? { packed: 0, empty: [] };
      const range = { offset, length: packed };
      const others = this.#segments.get(line.digest) ?? [];
      this.#segments.set(line.digest, [...others, { line, empty, layer, range }]);
      this.#keys.set(segmentKey(line, recipe.encoding), { layer, ...range });
      offset += packed;
    }
  }

  has(block: Digest): boolean {
    return this.#segments.has(block);
  }

  /** Every block, as it was first imported. */
  get lines(): readonly Import[] {
    return [...this.#segments.values()].flatMap(([segment]) => segment?.line ?? []);
  }

  /** Undefined where the block is in no layer. */
  read(block: Digest, range?: ByteRange): Bytes | undefined {
    const segment = this.#segments.get(block)?.at(-1);
    if (segment === undefined) return undefined;
    const what = `The block of ${segment.line.path} in the layer ${segment.layer}`;
    const content = unpackedPart(this.#content(segment), what);
    return range === undefined ? verified(content, block, what) : part(content, range);
  }

  async *#content({ line, empty, layer, range }: HeldSegment): Bytes {
    yield* blockFromSegment(line, empty, memberContent(this.#readLayer(layer, range)));
  }

  /** Does without the layer that a block is read from. @returns whether there is another one */
  forget(block: Digest): boolean {
    const segments = this.#segments.get(block) ?? [];
    segments.pop();
    return segments.length > 0;
  }

  get memory(): SegmentMemory {
    return {
      find: async (key) => this.#keys.get(key),
      read: ({ layer, offset, length }) => this.#readLayer(layer, { offset, length }),
      keep: async () => {},
      forget: (key) => void this.#keys.delete(key),
    };
  }
}

async function* part(content: Bytes, { offset, length }: ByteRange): Bytes {
  let at = 0;
  for await (const chunk of content) {
    const start = Math.max(0, offset - at);
    const end = Math.min(chunk.length, offset + length - at);
    if (start < end) yield chunk.subarray(start, end);
    at += chunk.length;
    if (at >= offset + length) return;
  }
}
