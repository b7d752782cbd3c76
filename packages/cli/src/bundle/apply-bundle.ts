import {
  BlockPackError,
  type BundleBase,
  type BundleDocument,
  type BundleGroup,
  type Bytes,
  bundleInvalid,
  bytesOf,
  type Companion,
  type ContentDescriptor,
  checkSignal,
  collect,
  type Digest,
  decodeImportManifest,
  encodeImportsLayer,
  type ImportManifest,
  type LayerOrigin,
  layerRecipe,
  mixedBytes,
  type OpenBundle,
  randomAccessOf,
  rebuildLayer,
} from '@block-pack/core';
import {
  deflateParametersOf,
  type GroupBlock,
  type GzipForm,
  gzipAs,
  readGroup,
  unpackContents,
} from '@block-pack/delta';
import { closureOf, type PlaceBlobs } from '@block-pack/store';
import { byteSize } from '../byte-size.ts';
import type { CommandContext } from '../command.ts';
import { checkDiffIds } from './check-diff-ids.ts';
import { type Held, joinedBlobs } from './held-images.ts';
import type { ScratchBlobs } from './scratch-blobs.ts';
import { SoundHeld } from './sound-held.ts';

/** The images of a bundle, made whole: every blob that is read here has been checked. */
export interface AppliedBundle {
  readonly images: readonly AppliedImage[];
  /** What is to be published with them. */
  readonly companions: readonly AppliedImage[];
  readonly blobs: PlaceBlobs;
  /** Bytes of layers that were made here, of blocks or of tars. */
  readonly madeBytes: number;
}

export interface AppliedImage {
  readonly root: ContentDescriptor;
  readonly name?: string;
}

/** Where a bundle is applied. */
export interface ApplyOptions {
  /** The bundle, for messages. */
  readonly name: string;
  readonly held: Held;
  readonly scratch: ScratchBlobs;
  readonly context: Pick<CommandContext, 'signal' | 'progress'>;
}

/** Bytes of an import manifest. */
const textLimit = 1 << 28;

/**
 * Makes the images that a bundle brings, of it and of what is held: first the texts, which say what else is needed; then the blocks; then
 * the layers. Nothing is published.
 * @throws BLOB_MISSING for prerequisites that are not there, BUNDLE_INVALID, DELTA_INVALID, DIGEST_MISMATCH
 */
export async function applyBundle(bundle: OpenBundle, options: ApplyOptions): Promise<AppliedBundle> {
  return new Application(bundle, options).run();
}

class Application {
  readonly #document: BundleDocument;
  readonly #bundle: OpenBundle;
  readonly #options: ApplyOptions & { readonly held: SoundHeld };
  /** Layers and documents that are there and were read once. */
  readonly #verified = new Set<Digest>();
  /** Of layers that were made. */
  readonly #diffIds = new Map<Digest, Digest>();
  #madeBytes = 0;

  constructor(bundle: OpenBundle, options: ApplyOptions) {
    this.#document = bundle.document;
    this.#bundle = bundle;
    this.#options = { ...options, held: new SoundHeld(options.held) };
  }

  /** Begins anew where something that is there proves to be damaged, without it; what was made stays made. */
  async run(): Promise<AppliedBundle> {
    const { held } = this.#options;
    for (;;) {
      const { failures } = held;
      try {
        return await this.#attempt();
      } catch (error) {
        if (held.failures > failures) continue;
        const isMissing = error instanceof BlockPackError && error.code === 'BLOB_MISSING';
        throw isMissing && held.damage !== undefined ? held.damage : error;
      }
    }
  }

  async #attempt(): Promise<AppliedBundle> {
    const { layers, images, companions = [], documents } = this.#document;
    const { held, scratch } = this.#options;
    const wanted = layers.filter((layer) => !held.hasBlob(layer));
    for (const layer of wanted) if (layer.origin === 'tar') this.#form(layer);
    for (const group of await this.#neededGroups('texts', [...documents, ...wanted.flatMap(importsOf)]))
      await this.#make(group);
    const needed = await this.#checkPrerequisites(wanted);
    for (const digest of documents) if (await held.has(digest)) await this.#verify(digest);
    for (const { digest, size } of layers)
      if (held.hasBlob({ digest, size })) {
        this.#show(`checking a layer of ${byteSize(size)}`);
        await this.#verify(digest);
      }
    for (const group of needed) await this.#make(group);
    for (const layer of wanted) {
      if (this.#diffIds.has(layer.digest)) continue;
      if (layer.origin === 'segments') this.#madeBytes += await this.#makeLayer(layer);
      if (layer.origin === 'tar') this.#madeBytes += await this.#packLayer(layer);
      if (layer.origin === 'imports') await this.#makeImportsLayer(layer);
    }
    const blobs = joinedBlobs(scratch, this.#bundle.blobs, held);
    await this.#checkDiffIds(blobs);
    return {
      images: images.map(asImage),
      companions: companions.map(asImage),
      blobs,
      madeBytes: this.#madeBytes,
    };
  }

  /** A group is needed where it brings something that is, and is not there; then its bases are needed, too. */
  async #neededGroups(
    holds: BundleGroup['holds'],
    objects: readonly Digest[],
  ): Promise<readonly BundleGroup[]> {
    const needed = new Set(objects);
    const groups: BundleGroup[] = [];
    for (const group of this.#document.groups.filter((one) => one.holds === holds).reverse()) {
      let brings = false;
      for (const { digest } of group.objects) brings ||= needed.has(digest) && !(await this.#isThere(digest));
      if (!brings) continue;
      groups.unshift(group);
      for (const { digest } of basesOf(group)) needed.add(digest);
    }
    return groups;
  }

  /** In what is held, or made of a group. */
  async #isThere(digest: Digest): Promise<boolean> {
    const { held, scratch } = this.#options;
    return (await held.has(digest)) || scratch.has(digest);
  }

  /**
   * Everything that the bundle does not bring, before anything is made.
   * @returns groups of blocks and of layers that have to be made
   */
  async #checkPrerequisites(wanted: readonly LayerOrigin[]): Promise<readonly BundleGroup[]> {
    const { groups, documents } = this.#document;
    const blocks: Digest[] = [];
    const tars: Digest[] = [];
    const brought = new Set(groups.flatMap(({ objects }) => objects.map(({ digest }) => digest)));
    const missing = new Map<Digest, string>();
    for (const digest of documents)
      if (!brought.has(digest) && !(await this.#options.held.has(digest)))
        missing.set(digest, `the document ${digest}`);
    for (const layer of wanted) {
      if (layer.origin === 'present') missing.set(layer.digest, `the layer ${layer.digest}`);
      if (layer.origin === 'tar') {
        tars.push(layer.tar.digest);
        if (!brought.has(layer.tar.digest) && !(await this.#options.held.has(layer.tar.digest)))
          missing.set(layer.tar.digest, `the tar of the layer ${layer.digest}`);
      }
      if (layer.origin !== 'segments') continue;
      for (const line of (await this.#imports(layer.imports)).imports) {
        blocks.push(line.digest);
        const isThere = brought.has(line.digest) || (await this.#options.held.has(line.digest));
        if (!isThere) missing.set(line.digest, `the block of ${line.path}`);
      }
    }
    const needed = [
      ...(await this.#neededGroups('blocks', blocks)),
      ...(await this.#neededGroups('layers', tars)),
    ];
    for (const { digest, kind } of needed.flatMap(basesOf))
      if (!brought.has(digest) && !(await this.#options.held.has(digest)))
        missing.set(digest, kind === 'tar' ? `the layer whose tar is ${digest}` : `the block ${digest}`);
    if (missing.size > 0) throw prerequisitesMissing(this.#options.name, missing);
    return needed;
  }

  async #checkDiffIds(blobs: PlaceBlobs): Promise<void> {
    const { signal } = this.#options.context;
    const { manifests } = await closureOf(this.#document.images, blobs, signal);
    const carried = new Set(
      this.#document.layers.flatMap(({ origin, digest }) => (origin === 'carried' ? [digest] : [])),
    );
    for (const manifest of manifests.values())
      await checkDiffIds(manifest, blobs, { made: this.#diffIds, carried, signal });
  }

  /** What is there already is used as it is, so it is read once. */
  async #verify(digest: Digest): Promise<void> {
    if (this.#verified.has(digest)) return;
    for await (const _ of this.#options.held.read(digest)) checkSignal(this.#options.context.signal);
    this.#verified.add(digest);
  }

  async #make(group: BundleGroup): Promise<void> {
    const { objects } = group;
    const { scratch } = this.#options;
    this.#show(`unpacking ${objects.length} ${group.holds}`);
    const keep = async (at: number, content: Bytes): Promise<void> => {
      const object = objects[at];
      if (object === undefined) throw new RangeError(`no object ${at}`);
      await scratch.write(this.#sized(content, object), object.digest);
    };
    const bytes = this.#bundle.payload(group);
    if (group.encoding === 'raw') return keep(0, bytes);
    if (group.encoding === 'brotli') return keep(0, unpackContents(bytes, objects[0]?.size ?? 0));
    const olds: GroupBlock[] = [];
    for (const base of group.bases) olds.push({ kind: base.kind, content: await this.#base(base) });
    await readGroup(bytes, olds, {
      ...group,
      mixed: mixedBytes(group),
      blocks: objects,
      keep,
      keepInner: (inner) => scratch.keep(inner),
    });
  }

  /** A base is read in pieces: out of memory where it is a text, else out of a file. */
  async #base({ digest }: { readonly digest: Digest }): Promise<GroupBlock['content']> {
    const { held, scratch, name } = this.#options;
    const text = held.texts.get(digest);
    if (text !== undefined) return randomAccessOf(text.bytes);
    if (!(await scratch.has(digest))) {
      if (!(await held.has(digest)))
        throw prerequisitesMissing(name, new Map([[digest, `the block ${digest}`]]));
      await scratch.write(held.read(digest), digest);
    }
    return scratch.access(digest);
  }

  async *#sized(content: Bytes, { digest, size }: { readonly digest: Digest; readonly size: number }): Bytes {
    let seen = 0;
    for await (const chunk of content) {
      checkSignal(this.#options.context.signal);
      seen += chunk.length;
      if (seen > size) throw bundleInvalid(this.#options.name, `${digest} becomes more than ${size} bytes`);
      yield chunk;
    }
  }

  async #imports(digest: Digest): Promise<ImportManifest> {
    const { held, scratch, name } = this.#options;
    const known = held.texts.get(digest)?.bytes;
    const source = joinedBlobs(scratch, held);
    const bytes = known ?? (await collect(source.read(digest), textLimit, 'An import manifest'));
    return decodeImportManifest(utf8(bytes, name), `An import manifest of ${name}`);
  }

  async #makeLayer(layer: LayerOrigin & { readonly origin: 'segments' }): Promise<number> {
    const { held, scratch, name, context } = this.#options;
    const manifest = await this.#imports(layer.imports);
    const recipe = layerRecipe(manifest);
    if (recipe?.layer.digest !== layer.digest)
      throw bundleInvalid(
        name,
        `the import manifest ${layer.imports} is not that of the layer ${layer.digest}`,
      );
    this.#show(`making a layer of ${byteSize(layer.size)}`);
    const made = await rebuildLayer(manifest, {
      blocks: {
        ...joinedBlobs(scratch, held),
        write: (content, expected, about) => scratch.write(content, expected, about),
      },
      segments: held.segments,
      signal: context.signal,
      write: (content, expected, about) => scratch.write(content, expected, about),
    });
    if (made.diffId !== recipe.diffId)
      throw bundleInvalid(
        name,
        `the diffID of the layer ${layer.digest} is ${made.diffId}, expected ${recipe.diffId}`,
      );
    this.#diffIds.set(layer.digest, made.diffId);
    return made.size;
  }

  /** @throws INPUT_UNSUPPORTED for an encoder that is not known */
  #form({ digest, gzip }: LayerOrigin & { readonly origin: 'tar' }): GzipForm | undefined {
    if (gzip === undefined) return undefined;
    const parameters = deflateParametersOf(gzip.encoder);
    if (parameters === undefined)
      throw new BlockPackError(
        'INPUT_UNSUPPORTED',
        `${this.#options.name} packs the layer ${digest} with the encoder ${gzip.encoder}, which this version does not know`,
        { hint: 'Use a newer block-pack.', details: { digest } },
      );
    return { header: Buffer.from(gzip.header, 'hex'), parameters };
  }

  /** Packs a tar as its maker did. */
  async #packLayer(layer: LayerOrigin & { readonly origin: 'tar' }): Promise<number> {
    const { held, scratch } = this.#options;
    const form = this.#form(layer);
    this.#show(`packing a layer of ${byteSize(layer.size)}`);
    const tar = joinedBlobs(scratch, held).read(layer.tar.digest);
    if (form !== undefined) await scratch.write(this.#sized(gzipAs(tar, form), layer), layer.digest);
    else if (!(await scratch.has(layer.digest))) await scratch.write(this.#sized(tar, layer), layer.digest);
    this.#diffIds.set(layer.digest, layer.tar.digest);
    return layer.size;
  }

  async #makeImportsLayer(layer: LayerOrigin & { readonly origin: 'imports' }): Promise<void> {
    const files = [];
    for (const { name, imports } of layer.files) files.push({ name, manifest: await this.#imports(imports) });
    const { bytes, diffId } = await encodeImportsLayer(files);
    await this.#options.scratch.write(bytesOf(bytes), layer.digest);
    this.#diffIds.set(layer.digest, diffId);
  }

  #show(text: string): void {
    checkSignal(this.#options.context.signal);
    this.#options.context.progress.show(text);
  }
}

function asImage({ name, ...root }: Companion): AppliedImage {
  return { root, ...(name !== undefined && { name }) };
}

/** The import manifests that a layer is made of. */
function importsOf(layer: LayerOrigin): readonly Digest[] {
  if (layer.origin === 'segments') return [layer.imports];
  return layer.origin === 'imports' ? layer.files.map(({ imports }) => imports) : [];
}

function basesOf(group: BundleGroup): readonly BundleBase[] {
  return group.encoding === 'raw' || group.encoding === 'brotli' ? [] : group.bases;
}

function prerequisitesMissing(name: string, missing: ReadonlyMap<Digest, string>): BlockPackError {
  const [[, first] = ['', '']] = missing;
  const more = missing.size === 1 ? '' : `, and ${missing.size - 1} more`;
  return new BlockPackError('BLOB_MISSING', `${name} needs what is not there: ${first}${more}`, {
    hint: 'The bundle was made for a site that has another image. Name the place of that image with --have, or have a bundle made since the image that is here.',
    details: { digests: [...missing.keys()].slice(0, 100) },
  });
}

function utf8(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw bundleInvalid(name, 'an import manifest of it is not UTF-8 text', cause);
  }
}
