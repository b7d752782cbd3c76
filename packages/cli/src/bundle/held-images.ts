import { existsSync } from 'node:fs';
import {
  type BlobSource,
  BlockPackError,
  type ByteRange,
  type Bytes,
  blobMissing,
  blockFromSegment,
  type ContentDescriptor,
  collect,
  compareBytewise,
  type Descriptor,
  type Digest,
  decodeImportManifest,
  digestOf,
  encodeImportManifest,
  type Import,
  type ImportsFile,
  type Inventory,
  type InventoryEntry,
  imageDocumentKind,
  importSize,
  importsArtifactType,
  type KeptSegment,
  layerRecipe,
  memberContent,
  parseImageConfig,
  parseImageIndex,
  parseImageManifest,
  readDocument,
  readImportsLayers,
  type SegmentKey,
  type SegmentMemory,
  segmentKey,
  verified,
} from '@block-pack/core';
import { type Images, type PlaceBlobs, unpackedLayer } from '@block-pack/store';
import { tarPacking } from './tar-packing.ts';

/** A segment of a layer that somebody has: a block can be read out of it. */
interface HeldSegment {
  readonly line: Import;
  readonly empty: readonly string[];
  readonly layer: Digest;
  readonly range: ByteRange;
}

/** What a site has, as far as it is known here; all of it that is needed can be read. */
export interface Held extends PlaceBlobs {
  /** Import manifests as they stand in images, by the digests of their texts. */
  readonly texts: ReadonlyMap<Digest, HeldText>;
  /** Indexes, manifests and configs that are whole. */
  readonly documents: readonly ContentDescriptor[];
  /** Imports of all of them, the best bases first. */
  readonly imports: readonly Import[];
  /** Tars of layers that others made; they are unpacked when they are read, by their diffIDs. */
  readonly tars: readonly HeldTar[];
  /** Segments to be copied into new layers as they are. */
  readonly segments: SegmentMemory;
  /** Whether a blob is there; not one that would have to be read out of a layer. */
  hasBlob(blob: Descriptor): boolean;
  /** Does without the place that an object is read from. @returns whether there is another one */
  forget?(digest: Digest): boolean;
}

/**
 * What images that are somewhere give to make others of: their blobs, the blocks in their layers, and their import manifests. What lacks or is
 * damaged of them counts as absent. Packs in a store are like images that are not made yet.
 */
export class HeldImages implements Held {
  readonly texts = new Map<Digest, HeldText>();
  readonly #blobs = new Map<Digest, HeldBlob>();
  /** A block may stand in several layers; it is read from the last. */
  readonly #segments = new Map<Digest, HeldSegment[]>();
  readonly #keys = new Map<SegmentKey, KeptSegment>();
  readonly #tars = new Map<Digest, HeldTar>();
  readonly #stacks: (readonly Digest[])[] = [];
  readonly #documents: ContentDescriptor[] = [];

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
    const bytes = await collect(blobs.read(text.digest), textLimit, `An import manifest of ${name}`);
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
    const layer = recipe.layer.digest;
    let offset = recipe.head;
    for (const [index, line] of manifest.imports.entries()) {
      const { packed, empty } = recipe.segments[index] ?? { packed: 0, empty: [] };
      const range = { offset, length: packed };
      this.#segments.set(line.digest, [
        ...(this.#segments.get(line.digest) ?? []),
        { line, empty, layer, range },
      ]);
      this.#keys.set(segmentKey(line, recipe.encoding), { layer, ...range });
      offset += packed;
    }
    return layer;
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
    const purls = this.#purls();
    const described = (digest: Digest, size: number) => {
      const purl = purls.get(digest);
      return { digest, size, ...(purl !== undefined && { purl }) };
    };
    const entries: InventoryEntry[] = [];
    for (const [digest, { bytes }] of this.texts)
      entries.push({ kind: 'imports', digest, size: bytes.length });
    for (const [digest, { size, mediaType }] of this.#blobs) {
      const document = imageDocumentKind(mediaType);
      if (mediaType === importsArtifactType) continue;
      if (document === undefined || document === 'config')
        entries.push({ kind: 'blob', ...described(digest, size) });
      else entries.push({ kind: 'image', digest, size });
    }
    for (const [digest, [segment]] of this.#segments) {
      const size = segment && importSize(segment.line);
      if (size !== undefined && !this.#blobs.has(digest))
        entries.push({ kind: 'block', ...described(digest, size) });
    }
    return { entries };
  }

  /** Where a block has several, the first by its bytes. */
  #purls(): ReadonlyMap<Digest, string> {
    const purls = new Map<Digest, string>();
    for (const { digest, attributes } of this.imports) {
      const purl = attributes.get('purl');
      const known = purls.get(digest);
      if (purl !== undefined && (known === undefined || compareBytewise(purl, known) < 0))
        purls.set(digest, purl);
    }
    return purls;
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
    if (tar !== undefined && range === undefined)
      return yield* verified(this.#tar(tar), digest, tarName(tar));
    const segment = this.#segments.get(digest)?.at(-1);
    if (segment === undefined) throw blobMissing(digest, 'the images that are there');
    const what = `The block of ${segment.line.path} in the layer ${segment.layer}`;
    const block = this.#block(segment, what);
    yield* range === undefined ? verified(block, digest, what) : part(block, range);
  }

  forget(digest: Digest): boolean {
    const segments = this.#blobs.has(digest) ? [] : (this.#segments.get(digest) ?? []);
    segments.pop();
    return segments.length > 0;
  }

  async *#block({ line, empty, layer, range }: HeldSegment, what: string): Bytes {
    try {
      yield* blockFromSegment(line, empty, memberContent(this.read(layer, range)));
    } catch (cause) {
      throw isDamage(cause) ? damaged(what, cause) : cause;
    }
  }

  async *#tar(tar: HeldTar): Bytes {
    const { layer } = tar;
    try {
      yield* unpackedLayer(this.read(layer.digest), layer.mediaType, layer.digest);
    } catch (cause) {
      throw isDamage(cause) ? damaged(tarName(tar), cause) : cause;
    }
  }

  get segments(): SegmentMemory {
    return {
      find: async (key) => this.#keys.get(key),
      read: ({ layer, offset, length }) => this.read(layer, { offset, length }),
      keep: async () => {},
      forget: (key) => void this.#keys.delete(key),
    };
  }
}

/** The tar of a layer. */
export interface HeldTar {
  readonly digest: Digest;
  readonly layer: ContentDescriptor;
  /** Its place among the layers of its image. */
  readonly at: number;
}

function tarName({ layer }: HeldTar): string {
  return `The tar of the layer ${layer.digest}`;
}

/** Bytes of an import manifest. */
const textLimit = 1 << 28;

interface HeldBlob {
  readonly size: number;
  readonly from: PlaceBlobs;
  readonly mediaType: string;
}

export interface HeldText {
  /** Of the import manifest, in its image. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly imports: readonly Import[];
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

function isDamage(error: unknown): boolean {
  if (error instanceof BlockPackError) return damageCodes.includes(error.code);
  return error instanceof Error && 'code' in error && /^Z_/.test(String(error.code));
}

const damageCodes: readonly string[] = ['TAR_INVALID', 'ARCHIVE_INVALID', 'ARCHIVE_BOMB'];

function damaged(what: string, cause: unknown): BlockPackError {
  return new BlockPackError('DIGEST_MISMATCH', `${what} is damaged`, {
    hint: 'Have the image checked with block-pack verify, and get it again.',
    cause,
  });
}

/** Sources one behind the other; the first that has a blob gives it. */
export function joinedBlobs(
  ...sources: readonly (BlobSource & { blobPath?(digest: Digest): string })[]
): PlaceBlobs {
  const sourceOf = async (digest: Digest, size?: number) => {
    for (const source of sources) if (await source.has(digest, size)) return source;
    return undefined;
  };
  return {
    has: async (digest, size) => (await sourceOf(digest, size)) !== undefined,
    blobPath(digest) {
      const paths = sources.flatMap((source) => source.blobPath?.(digest) ?? []);
      return paths.find((path) => path !== '' && existsSync(path)) ?? '';
    },
    async *read(digest, range) {
      const source = await sourceOf(digest);
      if (source === undefined) throw blobMissing(digest, 'the bundle and the images that are there');
      yield* source.read(digest, range);
    },
  };
}
