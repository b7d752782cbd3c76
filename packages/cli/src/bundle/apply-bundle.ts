import {
  BlockPackError,
  type BundleDocument,
  type BundleGroup,
  type Companion,
  type ContentDescriptor,
  checkSignal,
  type Digest,
  type LayerOrigin,
  type OpenBundle,
} from '@block-pack/core';
import { closureOf, type PlaceBlobs, type ScratchBlobs } from '@block-pack/store';
import { byteSize } from '../byte-size.ts';
import type { CommandContext } from '../command.ts';
import { checkDiffIds } from './check-diff-ids.ts';
import { type EarlyLayer, EarlyLayers } from './early-layers.ts';
import type { Held } from './held.ts';
import { ImportManifests } from './import-manifests.ts';
import { joinedBlobs } from './joined-blobs.ts';
import { makeLayer, packingOf } from './make-layer.ts';
import { checkPrerequisites, neededTexts } from './prerequisites.ts';
import { SoundHeld } from './sound-held.ts';
import { unpackGroups } from './unpack-groups.ts';

/** The images of a bundle, made whole: every blob that is read here has been checked. */
export interface AppliedBundle {
  readonly images: readonly AppliedImage[];
  /** What is to be published with them. */
  readonly companions: readonly AppliedImage[];
  readonly blobs: PlaceBlobs;
  /** Bytes of layers that were made here, of blocks or of tars. */
  readonly madeBytes: number;
  /** The first thing that was there, could not be read, and was done without. */
  readonly damage?: BlockPackError;
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
  /** Called once, before long work, with the groups of blocks and of layers that are unpacked. */
  onNeeded?(groups: readonly BundleGroup[]): void;
}

/** What every step is given. */
export interface StepOptions extends ApplyOptions {
  readonly manifests: ImportManifests;
}

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
  readonly #options: StepOptions & { readonly held: SoundHeld };
  /** Layers and documents that are there and were read once. */
  readonly #verified = new Set<Digest>();
  /** Of layers that were made. */
  readonly #diffIds = new Map<Digest, Digest>();
  #madeBytes = 0;

  constructor(bundle: OpenBundle, options: ApplyOptions) {
    this.#document = bundle.document;
    this.#bundle = bundle;
    const held = new SoundHeld(options.held);
    this.#options = { ...options, held, manifests: new ImportManifests({ ...options, held }) };
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
    const { layers, images, companions = [] } = this.#document;
    const { held, scratch, name } = this.#options;
    const wanted = layers.filter((layer) => !held.hasBlob(layer));
    for (const layer of wanted) if (layer.origin === 'tar') packingOf(layer, name);
    await this.#unpack('documents', await neededTexts(this.#document, wanted, this.#options));
    const needed = await checkPrerequisites(this.#document, wanted, this.#options);
    // What an attempt made that failed takes its room already.
    if (held.failures === 0) this.#options.onNeeded?.(needed);
    await this.#verifyHeld();
    await this.#makeLayers(
      wanted.filter(({ digest }) => !this.#diffIds.has(digest)),
      needed,
    );
    const blobs = joinedBlobs(scratch, this.#bundle.blobs, held);
    await this.#checkDiffIds(blobs);
    return {
      images: images.map(asImage),
      companions: companions.map(asImage),
      blobs,
      madeBytes: this.#madeBytes,
      ...(held.damage && { damage: held.damage }),
    };
  }

  async #makeLayers(layers: readonly LayerOrigin[], needed: readonly BundleGroup[]): Promise<void> {
    const early = await EarlyLayers.begin(layers, needed, this.#options);
    try {
      await this.#unpack('what is new', needed, (object) => early.add(object));
      for (const layer of layers) await this.#makeLayer(layer, await early.of(layer.digest));
    } finally {
      await early.close();
    }
  }

  async #unpack(
    what: string,
    groups: readonly BundleGroup[],
    onKept?: (object: Digest) => void,
  ): Promise<void> {
    const { progress } = this.#options.context;
    const total = groups.flatMap(({ objects }) => objects).reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    const onBytes = (bytes: number): void => {
      done += bytes;
      progress.show(`unpacking ${what}, ${byteSize(done)} of ${byteSize(total)}`);
    };
    onBytes(0);
    const options = { ...this.#options, madeFor: this.#document, onBytes, ...(onKept && { onKept }) };
    await unpackGroups(groups, (group) => this.#bundle.payload(group), options);
  }

  /** What is there already is used as it is, so it is read once. */
  async #verifyHeld(): Promise<void> {
    const { documents, layers } = this.#document;
    const { held, context } = this.#options;
    for (const digest of documents) if (await held.has(digest)) await this.#verify(digest);
    for (const { digest, size } of layers) {
      if (!held.hasBlob({ digest, size })) continue;
      checkSignal(context.signal);
      context.progress.show(`checking a layer of ${byteSize(size)}`);
      await this.#verify(digest);
    }
  }

  async #verify(digest: Digest): Promise<void> {
    if (this.#verified.has(digest)) return;
    for await (const _ of this.#options.held.read(digest)) checkSignal(this.#options.context.signal);
    this.#verified.add(digest);
  }

  async #makeLayer(layer: LayerOrigin, early: EarlyLayer | undefined): Promise<void> {
    const made = await makeLayer(layer, this.#options, early);
    if (made === undefined) return;
    this.#diffIds.set(layer.digest, made.diffId);
    this.#madeBytes += made.madeBytes;
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
}

function asImage({ name, ...root }: Companion): AppliedImage {
  return { root, ...(name !== undefined && { name }) };
}
