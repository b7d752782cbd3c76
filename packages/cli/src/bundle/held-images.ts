import {
  BlockPackError,
  type ByteRange,
  type Bytes,
  blobMissing,
  type ContentDescriptor,
  collect,
  type Descriptor,
  type Digest,
  decodeImportManifest,
  digestOf,
  encodeImportManifest,
  type Import,
  type ImportsFile,
  type Inventory,
  imageDocumentKind,
  importsArtifactType,
  isTagged,
  layerRecipe,
  parseImageConfig,
  parseImageIndex,
  parseImageManifest,
  readDocument,
  readImportsLayers,
  type SegmentMemory,
  verified,
} from '@block-pack/core';
import { type Images, type PlaceBlobs, unpackedLayer } from '@block-pack/store';
import type { Held, HeldTar, HeldText } from './held.ts';
import { inventoryOf } from './held-inventory.ts';
import { HeldSegments } from './held-segments.ts';
import { importManifestLimit } from './import-manifests.ts';
import { tarPacking } from './tar-packing.ts';
import { unpackedPart } from './unpacked-part.ts';

interface HeldBlob {
  readonly size: number;
  readonly from: PlaceBlobs;
  readonly mediaType: string;
}

/**
 * What images that are somewhere give to make others of: their blobs, the blocks in their layers, and their import manifests. What lacks or is
 * damaged of them counts as absent. Packs in a store are like images that are not made yet.
 */
export class HeldImages implements Held {
  readonly texts = new Map<Digest, HeldText>();
  readonly #blobs = new Map<Digest, HeldBlob>();
  readonly #segments = new HeldSegments((layer, range) => this.read(layer, range));
  readonly #tars = new Map<Digest, HeldTar>();
  readonly #stacks: (readonly Digest[])[] = [];
  readonly #documents: ContentDescriptor[] = [];
  readonly #names = new Set<string>();

  /** Says what images that were taken in are called. */
  call(names: readonly string[]): void {
    for (const name of names.filter(isTagged)) this.#names.add(name);
  }

  get names(): readonly string[] {
    return [...this.#names];
  }

  /** Takes in one image of a place: a manifest, or an index with all that it leads to. */
  async add(root: ContentDescriptor, { blobs, name }: Pick<Images, 'blobs' | 'name'>): Promise<void> {
    if (this.#blobs.has(root.digest) || !(await blobs.has(root.digest, root.size))) return;
    const kind = imageDocumentKind(root.mediaType);
    try {
      const bytes =
        kind === undefined || kind === 'config' ? undefined : await readDocument(root, blobs, name);
      this.#blobs.set(root.digest, { size: root.size, from: blobs, mediaType: root.mediaType });
      if (bytes !== undefined) this.#documents.push(root);
      if (kind === 'index' && bytes !== undefined)
        for (const member of parseImageIndex(bytes, name, root.mediaType).manifests)
          await this.add(member, { blobs, name });
      if (kind === 'manifest' && bytes !== undefined) await this.#addManifest(bytes, root, blobs, name);
    } catch (error) {
      if (!(error instanceof BlockPackError) || error.family === 'interrupted') throw error;
    }
  }

  async #addManifest(
    bytes: Uint8Array,
    { digest, size, mediaType }: ContentDescriptor,
    blobs: PlaceBlobs,
    name: string,
  ): Promise<void> {
    const manifest = parseImageManifest(bytes, name, mediaType);
    const { config, layers, blocks = [], artifactType } = manifest;
    for (const one of [config, ...layers, ...blocks]) await this.add(one, { blobs, name });
    if (artifactType === importsArtifactType) {
      this.#blobs.set(digest, { size, from: blobs, mediaType: importsArtifactType });
      return this.#addPack(layers[0], blobs, name);
    }
    const own = new Set<Digest | undefined>();
    for (const { layer, files } of await readImportsLayers(manifest, blobs, name)) {
      own.add(layers[layer]?.digest);
      for (const file of files) own.add(this.#addImports(file));
    }
    if (imageDocumentKind(config.mediaType) !== 'config') return;
    this.#stacks.push(layers.map(({ digest }) => digest));
    const { rootfs } = parseImageConfig(await readDocument(config, blobs, name), name);
    this.#documents.push(config);
    for (const [at, layer] of layers.entries()) {
      const diffId = rootfs.diff_ids[at];
      if (diffId !== undefined && tarPacking(layer) && !own.has(layer.digest) && this.hasBlob(layer))
        this.#tars.set(diffId, { digest: diffId, layer, at });
    }
  }

  async #addPack(text: ContentDescriptor | undefined, blobs: PlaceBlobs, name: string): Promise<void> {
    if (text === undefined) return;
    const bytes = await collect(
      blobs.read(text.digest),
      importManifestLimit,
      `An import manifest of ${name}`,
    );
    const { packer, imports } = decodeImportManifest(
      new TextDecoder().decode(bytes),
      `An import manifest of ${name}`,
    );
    this.texts.set(text.digest, { name: packer, bytes, imports });
  }

  /** @returns the layer that the import manifest explains */
  #addImports({ name, manifest }: ImportsFile): Digest | undefined {
    const bytes = new TextEncoder().encode(encodeImportManifest(manifest));
    this.texts.set(digestOf(bytes), { name, bytes, imports: manifest.imports });
    const recipe = layerRecipe(manifest);
    if (recipe === undefined || !this.hasBlob(recipe.layer)) return recipe?.layer.digest;
    this.#segments.add(manifest, recipe);
    return recipe.layer.digest;
  }

  /** Of the layers of an image, from the lowest, those that stand so in an image that is there. */
  commonLayers(layers: readonly Digest[]): readonly Digest[] {
    const lengths = this.#stacks.map((stack) => {
      const end = layers.findIndex((layer, at) => layer !== stack[at]);
      return end === -1 ? layers.length : end;
    });
    return layers.slice(0, Math.max(0, ...lengths));
  }

  get documents(): readonly ContentDescriptor[] {
    return this.#documents;
  }

  get tars(): readonly HeldTar[] {
    return [...this.#tars.values()];
  }

  /** All that there is, for whoever is to make a bundle for it. */
  get inventory(): Inventory {
    const { texts, imports } = this;
    return inventoryOf({ texts, imports, blobs: this.#blobs, blocks: this.#segments.lines });
  }

  /** Imports of all images, those of the last one first. */
  get imports(): readonly Import[] {
    return [...this.texts.values()].reverse().flatMap(({ imports }) => imports);
  }

  hasBlob({ digest, size }: Descriptor): boolean {
    return this.#blobs.get(digest)?.size === size;
  }

  async has(digest: Digest, size?: number): Promise<boolean> {
    const blob = this.#blobs.get(digest);
    if (blob !== undefined) return size === undefined || blob.size === size;
    return this.#segments.has(digest) || this.texts.has(digest) || this.#tars.has(digest);
  }

  blobPath(digest: Digest): string {
    return this.#blobs.get(digest)?.from.blobPath?.(digest) ?? '';
  }

  async *read(digest: Digest, range?: ByteRange): Bytes {
    const blob = this.#blobs.get(digest);
    if (blob !== undefined) return yield* blob.from.read(digest, range);
    const tar = this.#tars.get(digest);
    if (tar !== undefined && range === undefined) return yield* this.#readTar(tar);
    const block = this.#segments.read(digest, range);
    if (block === undefined) throw blobMissing(digest, 'the images that are there');
    yield* block;
  }

  #readTar({ digest, layer }: HeldTar): Bytes {
    const what = `The tar of the layer ${layer.digest}`;
    const tar = unpackedLayer(this.read(layer.digest), layer.mediaType, layer.digest);
    return verified(unpackedPart(tar, what), digest, what);
  }

  forget(digest: Digest): boolean {
    return !this.#blobs.has(digest) && this.#segments.forget(digest);
  }

  get segments(): SegmentMemory {
    return this.#segments.memory;
  }
}
