import {
  type ContentDescriptor,
  type Digest,
  type Import,
  type ImportManifest,
  type ImportsFile,
  imageDocumentKind,
  importKind,
  importSize,
  isNative,
  type LayerRecipe,
  layerRecipe,
  type Platform,
  parseImageConfig,
  parseImageIndex,
  parseImageManifest,
  platformText,
  readDocument,
  readImportsLayers,
} from '@block-pack/core';
import type { Images, Store } from '@block-pack/store';

/** One image: its layers, and what they are made of. */
export interface DescribedImage {
  readonly digest: Digest;
  /** Such as `linux/amd64`. */
  readonly platform: string;
  readonly form: 'standard' | 'native';
  /** Of all layers, and of the blocks that a native image names beside them. */
  readonly bytes: number;
  readonly layers: readonly DescribedLayer[];
  /** One for each import manifest, lowest first. */
  readonly imports: readonly DescribedImports[];
}

export interface DescribedLayer {
  readonly digest: Digest;
  readonly size: number;
  readonly mediaType: string;
  /** `derived` layers are made of blocks; an `imports` layer holds the manifests of those before it; a `plain` one is another tool's. */
  readonly kind: 'plain' | 'derived' | 'imports';
  /** The manifest that a derived layer is made of. */
  readonly imports?: string;
}

export interface DescribedImports {
  readonly name: string;
  readonly manifest: ImportManifest;
  readonly recipe: LayerRecipe;
  readonly lines: readonly DescribedLine[];
}

export interface DescribedLine {
  readonly line: Import;
  /** Bytes of its gzip member in the layer. */
  readonly packed: number;
  readonly inStore: boolean;
}

/**
 * The images that a place's reference leads to: one, or those of an index for several platforms.
 * @param store says which blocks are there; without it, none are
 */
export async function describeImages(images: Images, store: Store | undefined): Promise<DescribedImage[]> {
  const { descriptor, bytes } = await images.find();
  if (imageDocumentKind(descriptor.mediaType) !== 'index')
    return describeImage(descriptor, bytes, images, store);
  const described: DescribedImage[] = [];
  for (const member of parseImageIndex(bytes, images.name, descriptor.mediaType).manifests) {
    if (imageDocumentKind(member.mediaType) !== 'manifest') continue;
    const document = await readDocument(member, images.blobs, images.name);
    described.push(...(await describeImage(member, document, images, store)));
  }
  return described;
}

/** @returns none for an artifact, such as the one that keeps the blocks of a native image */
export async function describeImage(
  { digest, mediaType }: ContentDescriptor,
  bytes: Uint8Array,
  { blobs, name }: Images,
  store: Store | undefined,
): Promise<DescribedImage[]> {
  const manifest = parseImageManifest(bytes, name, mediaType);
  if (manifest.artifactType !== undefined || imageDocumentKind(manifest.config.mediaType) !== 'config')
    return [];
  const config: Platform = parseImageConfig(await readDocument(manifest.config, blobs, name), name);
  const found = await readImportsLayers(manifest, blobs, name);
  const imports: DescribedImports[] = [];
  for (const file of found.flatMap(({ files }) => files))
    imports.push(...(await describeImports(file, store)));
  const derived = new Map(imports.map((one) => [one.recipe.layer.digest, one.name]));
  const importsLayers = new Set(found.map(({ layer }) => layer));
  return [
    {
      digest,
      platform: platformText(config),
      form: isNative(manifest) ? 'native' : 'standard',
      bytes: [...manifest.layers, ...(manifest.blocks ?? [])].reduce((sum, { size }) => sum + size, 0),
      layers: manifest.layers.map((layer, index) =>
        describeLayer(layer, derived.get(layer.digest), importsLayers.has(index)),
      ),
      imports,
    },
  ];
}

function describeLayer(
  { digest, size, mediaType }: ContentDescriptor,
  imports: string | undefined,
  isImports: boolean,
): DescribedLayer {
  if (imports !== undefined) return { digest, size, mediaType, kind: 'derived', imports };
  return { digest, size, mediaType, kind: isImports ? 'imports' : 'plain' };
}

async function describeImports(
  { name, manifest }: ImportsFile,
  store: Store | undefined,
): Promise<DescribedImports[]> {
  const recipe = layerRecipe(manifest);
  if (recipe === undefined) return [];
  const lines: DescribedLine[] = [];
  for (const [index, line] of manifest.imports.entries()) {
    const inStore = (await store?.has(line.digest, importSize(line))) ?? false;
    lines.push({ line, packed: recipe.segments[index]?.packed ?? 0, inStore });
  }
  return [{ name, manifest, recipe, lines }];
}

/** Each block once, with its bytes. */
export function blocksOf(imports: readonly DescribedImports[]): {
  readonly blocks: number;
  readonly bytes: number;
} {
  const sizes = new Map(
    imports.flatMap(({ lines }) => lines.map(({ line }) => [line.digest, importSize(line) ?? 0] as const)),
  );
  return { blocks: sizes.size, bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0) };
}

/** An import as the `--json` document has it. */
export function lineDocument({ line, packed, inStore }: DescribedLine): object {
  const { path, digest, attributes } = line;
  const size = importSize(line);
  const purl = attributes.get('purl');
  return {
    path,
    digest,
    type: importKind(line),
    ...(size === undefined ? {} : { size }),
    packed,
    ...(purl === undefined ? {} : { purl }),
    inStore,
  };
}
