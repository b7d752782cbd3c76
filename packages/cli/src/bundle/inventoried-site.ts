import {
  type ByteRange,
  type Bytes,
  type ContentDescriptor,
  componentOf,
  type Descriptor,
  type Digest,
  type Import,
  type Inventory,
  type InventoryEntry,
  noSegmentMemory,
  type SegmentMemory,
} from '@block-pack/core';
import type { Held, HeldTar, HeldText } from './held.ts';
import type { HeldImages } from './held-images.ts';

/** A site that is far away: its inventories say what it has, and it is read out of images that are here. */
export class InventoriedSite implements Held {
  readonly texts: ReadonlyMap<Digest, HeldText>;
  readonly documents: readonly ContentDescriptor[];
  readonly imports: readonly Import[];
  readonly tars: readonly HeldTar[];
  readonly #own: HeldImages;
  readonly #here: HeldImages;
  /** Sizes of all that can be read at the site, and of whole blobs. */
  readonly #sizes = new Map<Digest, number>();
  readonly #blobs = new Map<Digest, number>();
  readonly #lacking = new Map<string, InventoryEntry[]>();

  /**
   * @param own what the site has besides, and is here
   * @param here wherever something may be that the inventories list
   */
  constructor(inventories: readonly Inventory[], own: HeldImages, here: HeldImages) {
    this.#own = own;
    this.#here = here;
    const entries = inventories.flatMap((one) => one.entries);
    const texts = new Set<Digest>();
    for (const { kind, digest, size } of entries) {
      if (kind === 'imports') texts.add(digest);
      else this.#sizes.set(digest, size);
      if (kind === 'image' || kind === 'blob') this.#blobs.set(digest, size);
    }
    this.texts = new Map([...[...here.texts].filter(([digest]) => texts.has(digest)), ...own.texts]);
    this.documents = [...own.documents, ...here.documents.filter(({ digest }) => this.#blobs.has(digest))];
    this.imports = [...own.imports, ...here.imports.filter(({ digest }) => this.#sizes.has(digest))];
    this.tars = [...own.tars, ...here.tars.filter(({ layer }) => this.#blobs.has(layer.digest))];
    const readable = new Set(this.imports.map(({ digest }) => digest));
    for (const entry of entries) {
      const { digest, purl } = entry;
      const component = purl && componentOf({ attributes: new Map([['purl', purl]]) });
      if (component !== undefined && !readable.has(digest))
        this.#lacking.set(component, [...(this.#lacking.get(component) ?? []), entry]);
    }
  }

  hasBlob(blob: Descriptor): boolean {
    return this.#own.hasBlob(blob) || this.#blobs.get(blob.digest) === blob.size;
  }

  async has(digest: Digest, size?: number): Promise<boolean> {
    if (await this.#own.has(digest, size)) return true;
    const listed = this.#sizes.get(digest);
    const isFound = this.texts.has(digest) || this.tars.some((tar) => tar.digest === digest);
    return listed === undefined ? isFound : size === undefined || size === listed;
  }

  async *read(digest: Digest, range?: ByteRange): Bytes {
    const isOwn = await this.#own.has(digest);
    yield* (isOwn ? this.#own : this.#here).read(digest, range);
  }

  blobPath(digest: Digest): string {
    return this.#own.blobPath(digest) || this.#here.blobPath(digest);
  }

  /** An inventory has none. */
  get names(): readonly string[] {
    return this.#own.names;
  }

  /** Blocks are read one by one, so that a bundle is proved without a layer that the site may lack. */
  get segments(): SegmentMemory {
    return noSegmentMemory;
  }

  /** What the site has of a component, and cannot be read here. */
  lacking(component: string): readonly InventoryEntry[] {
    return this.#lacking.get(component) ?? [];
  }
}
