import { crc32 } from 'node:zlib';
import type { BlobSource, ByteRange } from '../blob.ts';
import type { Bytes } from '../bytes.ts';
import type { Digest } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import type { ImportManifest } from '../import-manifest.ts';
import { gzipMember } from './gzip-member.ts';
import { type PlacedSegment, placedSegments } from './layer-ranges.ts';
import { type LayerRecipe, requiredRecipe } from './layer-recipe.ts';
import { segmentTar } from './segment.ts';
import { type KeptSegment, type SegmentKey, type SegmentMemory, segmentKey } from './segment-memory.ts';

/** Has bytes of a blob at their places while others lack. */
export interface BlobRoom {
  /** False when it has been given up, or its blob is whole. */
  readonly isOpen: boolean;
  /** @param position in the blob */
  write(chunk: Uint8Array, position: number): void;
  read(range: ByteRange): Bytes;
}

/**
 * Segments of a layer whose recipe is known, made as their blocks come, in whatever order: each at the place in the layer's blob that the recipe says. Nothing
 * is trusted that is made so: whoever makes the layer finds them by this memory, and digests them there.
 */
export class EarlySegments implements SegmentMemory {
  readonly #recipe: LayerRecipe;
  readonly #blocks: BlobSource;
  readonly #room: BlobRoom;
  /** Those that are to be made, by their blocks. */
  readonly #places = new Map<Digest, PlacedSegment[]>();
  readonly #made = new Map<SegmentKey, KeptSegment>();

  private constructor(recipe: LayerRecipe, blocks: BlobSource, room: BlobRoom) {
    this.#recipe = recipe;
    this.#blocks = blocks;
    this.#room = room;
  }

  /** @throws MANIFEST_INVALID for a manifest without a layer's recipe, and for lengths that do not make up the layer */
  static async of(manifest: ImportManifest, blocks: BlobSource, room: BlobRoom): Promise<EarlySegments> {
    const early = new EarlySegments(requiredRecipe(manifest), blocks, room);
    for (const segment of await placedSegments(manifest)) early.#expect(segment);
    return early;
  }

  #expect(segment: PlacedSegment): void {
    const { digest } = segment.line;
    const others = this.#places.get(digest);
    if (others === undefined) this.#places.set(digest, [segment]);
    else others.push(segment);
  }

  /**
   * Makes the segments of a block, if it has any that are not made.
   * @throws BLOB_MISSING, MANIFEST_INVALID where they are not as long as the recipe says, what the room throws
   */
  async add(block: Digest): Promise<void> {
    const segments = this.#places.get(block) ?? [];
    this.#places.delete(block);
    for (const segment of segments) await this.#make(segment);
  }

  async #make({ line, offset, length }: PlacedSegment): Promise<void> {
    const { encoding, layer } = this.#recipe;
    let [size, crc] = [0, 0];
    for await (const chunk of gzipMember(segmentTar(line, this.#blocks, false), encoding)) {
      if (size + chunk.length > length) break;
      this.#room.write(chunk, offset + size);
      size += chunk.length;
      crc = crc32(chunk, crc);
    }
    if (size !== length)
      throw new BlockPackError(
        'MANIFEST_INVALID',
        `The segment of ${line.path} is not as long as packed= says`,
        {
          details: { path: line.path, digest: line.digest },
        },
      );
    this.#made.set(segmentKey(line, encoding), { layer: layer.digest, offset, length, crc });
  }

  async find(key: SegmentKey): Promise<KeptSegment | undefined> {
    return this.#room.isOpen ? this.#made.get(key) : undefined;
  }

  read({ offset, length }: KeptSegment): Bytes {
    return this.#room.read({ offset, length });
  }

  async keep(): Promise<void> {}

  forget(key: SegmentKey): void {
    this.#made.delete(key);
  }
}
