import {
  type BundleGroup,
  type Digest,
  EarlySegments,
  type LayerOrigin,
  layerRecipe,
  type PartCopier,
  type SegmentMemory,
  segmentKey,
} from '@block-pack/core';
import type { ScratchRoom } from '@block-pack/store';
import type { StepOptions } from './apply-bundle.ts';
import { joinedBlobs } from './joined-blobs.ts';

/** Segments that are made at the same time. With one, some were left at the end of a first install; with more, zlib's threads take processors from the one that puts archives together. */
const atOnce = 2;

/** Where segments of a layer lie, and what writes the layer that has them. */
export interface EarlyLayer {
  readonly segments: SegmentMemory;
  readonly copier: PartCopier;
}

/**
 * Layers of which all blocks come with the bundle, and no segment is there: segments are made while other blocks are still unpacked. What goes wrong on the way is not told,
 * since the layer is made without them then, which says so. To be closed in any case.
 */
export class EarlyLayers {
  readonly #begun = new Map<Digest, { readonly segments: EarlySegments; readonly room: ScratchRoom }>();
  readonly #waiting: (() => Promise<void>)[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #options: StepOptions;

  private constructor(options: StepOptions) {
    this.#options = options;
  }

  /** @param needed groups that are unpacked */
  static async begin(
    wanted: readonly LayerOrigin[],
    needed: readonly BundleGroup[],
    options: StepOptions,
  ): Promise<EarlyLayers> {
    const early = new EarlyLayers(options);
    const coming = new Set(needed.flatMap(({ objects }) => objects.map(({ digest }) => digest)));
    try {
      for (const layer of wanted) if (layer.origin === 'segments') await early.#begin(layer, coming);
    } catch (error) {
      await early.close();
      throw error;
    }
    return early;
  }

  async #begin({ digest, imports }: LayerOrigin & { origin: 'segments' }, coming: ReadonlySet<Digest>) {
    const { held, scratch, manifests } = this.#options;
    const manifest = await manifests.get(imports);
    const recipe = layerRecipe(manifest);
    if (recipe?.layer.digest !== digest) return;
    for (const line of manifest.imports)
      if (!coming.has(line.digest) || (await held.segments.find(segmentKey(line, recipe.encoding)))) return;
    const room = scratch.room(digest);
    try {
      this.#begun.set(digest, { segments: await EarlySegments.of(manifest, scratch, room), room });
    } catch {
      await room.close();
    }
  }

  /** Has the segments of a block made, which is there now. */
  add(block: Digest): void {
    for (const { segments, room } of this.#begun.values())
      this.#waiting.push(() => segments.add(block).catch(() => room.close()));
    this.#start();
  }

  #start(): void {
    while (this.#running.size < atOnce) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const making = next().finally(() => {
        this.#running.delete(making);
        this.#start();
      });
      this.#running.add(making);
    }
  }

  /** What there is of a layer, once all blocks were added; undefined where nothing can be used. */
  async of(layer: Digest): Promise<EarlyLayer | undefined> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    const begun = this.#begun.get(layer);
    if (begun?.room.isOpen !== true) return undefined;
    const { scratch, held } = this.#options;
    return { segments: begun.segments, copier: scratch.roomCopier(begun.room, joinedBlobs(scratch, held)) };
  }

  /** Returns when nothing is made any more. */
  async close(): Promise<void> {
    this.#waiting.length = 0;
    const rooms = [...this.#begun.values()].map(({ room }) => room);
    // What is under way ends with the next thing that it writes.
    await Promise.all([...rooms.map((room) => room.close()), ...this.#running]);
  }
}
