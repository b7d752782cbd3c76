import {
  type BlobSource,
  BlockPackError,
  blockDescriptors,
  type ContentDescriptor,
  checkLayer,
  checkSignal,
  type Digest,
  type FoundImportsLayer,
  type ImageConfig,
  type ImageManifest,
  type ImportsFile,
  imageDocumentKind,
  isNative,
  layerRecipe,
  Measure,
  parseImageConfig,
  parseImageIndex,
  parseImageManifest,
  readDocument,
  readImportsLayers,
} from '@block-pack/core';
import { readLayer } from '@block-pack/store';

/** Something in an image that is not as the image says. */
export interface ImageFinding {
  /** The blob that is wrong, or wrongly described. */
  readonly digest: Digest;
  /** The import manifest that describes it, as in `/.import.java`. */
  readonly imports?: string;
  /** The import. */
  readonly path?: string;
  readonly message: string;
}

/** What was checked, each blob once, and what was found. */
export interface ImageVerification {
  readonly images: number;
  readonly blobs: number;
  readonly bytes: number;
  /** Layers that were held against their import manifests. */
  readonly derivedLayers: number;
  readonly findings: readonly ImageFinding[];
}

/** How an image is verified. */
export interface VerifyImageOptions {
  readonly signal: AbortSignal;
  /** @param bytes checked so far */
  onProgress(bytes: number): void;
}

/**
 * Reads everything that an image leads to: documents, layers, blocks. Digests, sizes and diffIDs are checked, and each layer that block-pack made is held
 * against its import manifest.
 */
export async function verifyImage(
  root: ContentDescriptor,
  blobs: BlobSource,
  name: string,
  options: VerifyImageOptions,
): Promise<ImageVerification> {
  const check = new ImageCheck(blobs, name, options);
  await check.root(root);
  return check.result();
}

/** An index may lead to an index; further down nobody follows. */
const depthLimit = 2;

class ImageCheck {
  readonly #blobs: BlobSource;
  readonly #name: string;
  readonly #options: VerifyImageOptions;
  readonly #findings: ImageFinding[] = [];
  readonly #sizes = new Map<Digest, number>();
  /** What was checked already, together with what it was held against. */
  readonly #checked = new Set<string>();
  #images = 0;
  #derived = 0;

  constructor(blobs: BlobSource, name: string, options: VerifyImageOptions) {
    this.#blobs = blobs;
    this.#name = name;
    this.#options = options;
  }

  result(): ImageVerification {
    return {
      images: this.#images,
      blobs: this.#sizes.size,
      bytes: this.#total(),
      derivedLayers: this.#derived,
      findings: this.#findings,
    };
  }

  async root(descriptor: ContentDescriptor, depth = 0): Promise<void> {
    if (this.#again(`document ${descriptor.digest}`)) return;
    await this.#guarded(descriptor.digest, async () => {
      const bytes = await this.#document(descriptor);
      const { mediaType } = descriptor;
      if (imageDocumentKind(mediaType) !== 'index') return this.#manifest(descriptor, bytes);
      if (depth === depthLimit)
        return this.#find({ digest: descriptor.digest, message: 'is an index in an index in an index' });
      for (const member of parseImageIndex(bytes, this.#name, mediaType).manifests)
        await this.root(member, depth + 1);
    });
  }

  async #manifest({ digest, mediaType }: ContentDescriptor, bytes: Uint8Array): Promise<void> {
    const manifest = parseImageManifest(bytes, this.#name, mediaType);
    if (manifest.artifactType !== undefined || imageDocumentKind(manifest.config.mediaType) !== 'config') {
      for (const one of [manifest.config, ...manifest.layers]) await this.#blob(one);
      return;
    }
    this.#images++;
    const config = parseImageConfig(await this.#document(manifest.config), this.#name);
    const { diff_ids: diffIds } = config.rootfs;
    if (diffIds.length !== manifest.layers.length) {
      const message = `has ${manifest.layers.length} layers, and its config ${diffIds.length} diffIDs`;
      return this.#find({ digest, message });
    }
    const imports = await this.#imports(manifest);
    const files = imports.flatMap((found) => found.files);
    this.#importsTwice(imports, manifest);
    await this.#layers(manifest, config, files);
    await this.#blocks(digest, manifest, files);
    if (!isNative(manifest)) this.#described(manifest, config, digest, files);
  }

  /** Where they cannot be read, the rest is checked all the same. */
  async #imports(manifest: ImageManifest): Promise<readonly FoundImportsLayer[]> {
    try {
      return await readImportsLayers(manifest, this.#blobs, this.#name);
    } catch (error) {
      this.#find({
        digest: manifest.config.digest,
        message: `has imports that cannot be read: ${reasonOf(error)}`,
      });
      return [];
    }
  }

  /** Of one name, the upper one hides the lower one from whoever looks into the image's files. */
  #importsTwice(imports: readonly FoundImportsLayer[], { layers }: ImageManifest): void {
    const seen = new Set<string>();
    for (const { layer, files } of imports) {
      const digest = layers[layer]?.digest;
      for (const { name } of files) {
        if (digest !== undefined && seen.has(name))
          this.#find({ digest, imports: name, message: 'stands in more than one layer of imports' });
        seen.add(name);
      }
    }
  }

  async #layers(manifest: ImageManifest, config: ImageConfig, files: readonly ImportsFile[]): Promise<void> {
    for (const [index, layer] of manifest.layers.entries()) {
      const diffId = config.rootfs.diff_ids[index];
      const file = files.find((one) => layerRecipe(one.manifest)?.layer.digest === layer.digest);
      if (diffId === undefined || this.#again(`${layer.digest} ${diffId} ${file?.name}`)) continue;
      await this.#guarded(layer.digest, async () => {
        if (!(await this.#present(layer))) return;
        if (file === undefined) await this.#plainLayer(layer, diffId);
        else await this.#derivedLayer(layer, diffId, file);
      });
    }
  }

  async #derivedLayer(
    layer: ContentDescriptor,
    diffId: Digest,
    { name, manifest }: ImportsFile,
  ): Promise<void> {
    const { digest, size } = layer;
    this.#derived++;
    const before = this.#total();
    const findings = await checkLayer(manifest, this.#read(layer), {
      signal: this.#options.signal,
      onProgress: (bytes) => this.#options.onProgress(before + bytes),
    });
    this.#sizes.set(digest, size);
    const recipe = layerRecipe(manifest);
    for (const { part, path, message } of findings) {
      const where = part === 'layer' || path !== undefined ? '' : `${part}: `;
      this.#find({
        digest,
        imports: name,
        ...(path === undefined ? {} : { path }),
        message: `${where}${message}`,
      });
    }
    if (recipe?.diffId !== diffId)
      this.#find({
        digest,
        imports: name,
        message: `its diffID is ${recipe?.diffId} in the imports, and ${diffId} in the config`,
      });
  }

  /** A layer of the base, or the imports layer. */
  async #plainLayer(layer: ContentDescriptor, diffId: Digest): Promise<void> {
    const found = this.#findings.length;
    try {
      const seen = await readLayer(this.#read(layer), layer.mediaType, layer.digest, this.#options);
      this.#measured(layer, seen);
      if (seen.diffId !== diffId)
        this.#find({ digest: layer.digest, message: `its diffID is ${seen.diffId}, expected ${diffId}` });
    } catch (error) {
      const reason = reasonOf(error);
      // Damage explains most of what can be wrong inside.
      await this.#blob(layer);
      if (this.#findings.length === found) this.#find({ digest: layer.digest, message: reason });
    }
  }

  /** A native image names its blocks beside its layers, and they are no other than the imports'. */
  async #blocks(digest: Digest, { blocks }: ImageManifest, files: readonly ImportsFile[]): Promise<void> {
    if (blocks === undefined) return;
    const named = new Set(blocks.map((one) => one.digest));
    const lacking = blockDescriptors(files).filter((one) => !named.has(one.digest));
    for (const one of lacking)
      this.#find({ digest, message: `does not name the block ${one.digest}, which its imports need` });
    for (const block of blocks) await this.#blob(block);
  }

  /** Every manifest explains a layer of the image, to the byte. */
  #described(
    { layers }: ImageManifest,
    config: ImageConfig,
    digest: Digest,
    files: readonly ImportsFile[],
  ): void {
    for (const { name, manifest } of files) {
      const recipe = layerRecipe(manifest);
      if (layers.some((layer) => layer.digest === recipe?.layer.digest)) continue;
      const repacked = recipe && layers[config.rootfs.diff_ids.indexOf(recipe.diffId)];
      const message =
        repacked === undefined
          ? `describes ${recipe?.layer.digest ?? 'no layer'}, which is not in the image`
          : `describes ${recipe?.layer.digest}, which another tool has compressed anew as ${repacked.digest}: copy it with --preserve-digests`;
      this.#find({ digest, imports: name, message });
    }
  }

  async #document(descriptor: ContentDescriptor): Promise<Uint8Array> {
    checkSignal(this.#options.signal);
    const bytes = await readDocument(descriptor, this.#blobs, this.#name);
    this.#sizes.set(descriptor.digest, bytes.length);
    return bytes;
  }

  async #blob(blob: ContentDescriptor): Promise<void> {
    if (this.#again(blob.digest)) return;
    await this.#guarded(blob.digest, async () => {
      if (!(await this.#present(blob))) return;
      const measure = new Measure();
      for await (const chunk of this.#read(blob)) measure.add(chunk);
      this.#measured(blob, { digest: measure.digest(), size: measure.size });
    });
  }

  #measured({ digest }: ContentDescriptor, seen: { readonly digest: Digest; readonly size: number }): void {
    this.#sizes.set(digest, seen.size);
    this.#options.onProgress(this.#total());
    if (seen.digest !== digest) this.#find({ digest, message: `is damaged: its bytes are ${seen.digest}` });
  }

  async #present({ digest, size }: ContentDescriptor): Promise<boolean> {
    checkSignal(this.#options.signal);
    const there = await this.#blobs.has(digest);
    if (there && (await this.#blobs.has(digest, size))) return true;
    this.#find({
      digest,
      message: there ? `does not have the ${size} bytes that are said of it` : 'is missing',
    });
    return false;
  }

  /** As a range, since a whole read ends with an error where we want to name all that is wrong. */
  #read({ digest, size }: ContentDescriptor): ReturnType<BlobSource['read']> {
    return this.#blobs.read(digest, { offset: 0, length: size });
  }

  #again(what: string): boolean {
    const again = this.#checked.has(what);
    this.#checked.add(what);
    return again;
  }

  /** Bytes of everything that was checked. */
  #total(): number {
    return [...this.#sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  async #guarded(digest: Digest, check: () => Promise<void>): Promise<void> {
    try {
      await check();
    } catch (error) {
      this.#find({ digest, message: reasonOf(error) });
    }
  }

  #find(finding: ImageFinding): void {
    this.#findings.push(finding);
  }
}

const findable = new Set(['format', 'input', 'missing']);

/** What is wrong with the image, why, and where it can only not be checked here, the way out. Any other error is not the image's. */
function reasonOf(error: unknown): string {
  if (!(error instanceof BlockPackError && findable.has(error.family))) throw error;
  const { code, message, cause, hint } = error;
  if (code === 'INPUT_UNSUPPORTED' && hint !== undefined) return `${message}. ${hint}`;
  return cause instanceof BlockPackError ? `${message}, because ${cause.message}` : message;
}
