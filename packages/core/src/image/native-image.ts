import { digestOf } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import { importKind, importSize } from '../import-manifest.ts';
import { blockMediaTypes, emptyConfig, imageManifestMediaType } from '../imports-artifact.ts';
import { type AssembledImage, derivedHistory, derivedLayer, recipeOf } from './assemble-image.ts';
import { type EncodedDocument, encodeImageConfig, encodeImageManifest } from './encode-document.ts';
import { imageAnnotations } from './image-annotations.ts';
import type { ContentDescriptor, ImageConfig, ImageHistory, ImageManifest } from './image-documents.ts';
import type { FoundImportsLayer, ImportsFile } from './imports-layer.ts';
import { imageInvalid } from './json-document.ts';

/** An image's own documents, parsed, with the imports layers that were found in it. */
export interface OpenedImage {
  /** For messages. */
  readonly name: string;
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  readonly imports: readonly FoundImportsLayer[];
}

/** True for an image whose blocks stand beside its layers, and are placed by whoever runs it. */
export function isNative({ blocks }: ImageManifest): boolean {
  return blocks !== undefined;
}

/**
 * The same image without the layers that are made from blocks; the blocks are named instead, between `layers` and `subject`.
 * {@link toStandard} makes the very same standard image of it again.
 * @throws IMAGE_INVALID where the derived layers do not lie as block-pack puts them
 */
export function toNative(image: OpenedImage): AssembledImage {
  const derived = derivedLayers(image);
  const keep = <T>(list: readonly T[]) => list.filter((_, layer) => !derived.has(layer));
  const { manifest, config } = image;
  const history = config.history && withoutLayers(config.history, derived);
  const encoded = encodeImageConfig({
    ...config,
    rootfs: { ...config.rootfs, diff_ids: keep(config.rootfs.diff_ids) },
    ...(history === undefined ? {} : { history }),
  });
  return {
    config: encoded,
    manifest: encodeImageManifest({
      ...manifest,
      config: { ...manifest.config, ...encoded.descriptor },
      layers: keep(manifest.layers),
      blocks: blockDescriptors(image.imports.flatMap(({ files }) => files)),
      annotations: { ...manifest.annotations, [imageAnnotations.form]: 'native' },
    }),
  };
}

/** The image as every runtime takes it: each imports layer has the layers that it explains before it. @throws IMAGE_INVALID */
export function toStandard(image: OpenedImage): AssembledImage {
  const { manifest, config, imports } = image;
  const files = new Map(imports.map((found) => [found.layer, found.files]));
  const put = <T>(list: readonly T[], make: (file: ImportsFile) => T) =>
    list.flatMap((one, layer) => [...(files.get(layer) ?? []).map(make), one]);
  const history = config.history && withLayers(config.history, files);
  const encoded = encodeImageConfig({
    ...config,
    rootfs: { ...config.rootfs, diff_ids: put(config.rootfs.diff_ids, (file) => recipeOf(file).diffId) },
    ...(history === undefined ? {} : { history }),
  });
  const { blocks: _, annotations, ...rest } = manifest;
  const { [imageAnnotations.form]: __, ...kept } = annotations ?? {};
  return {
    config: encoded,
    manifest: encodeImageManifest({
      ...rest,
      config: { ...manifest.config, ...encoded.descriptor },
      layers: put(manifest.layers, derivedLayer),
      ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }),
    }),
  };
}

/** Places of the layers that the imports layers explain: each stands right before its imports layer, in the order of its files. */
function derivedLayers({ name, manifest, imports }: OpenedImage): ReadonlySet<number> {
  const derived = new Set<number>();
  for (const { layer, files } of imports) {
    for (const [index, file] of files.entries()) {
      const at = layer - files.length + index;
      if (manifest.layers[at]?.digest !== recipeOf(file).layer.digest) {
        throw imageInvalid(name, `its layer ${at + 1} is not the one that /.import.${file.name} describes`);
      }
      derived.add(at);
    }
  }
  return derived;
}

/** Every block once, in the order in which the manifests first name it. */
export function blockDescriptors(files: readonly ImportsFile[]): ContentDescriptor[] {
  const lines = files.flatMap(({ manifest }) => manifest.imports);
  const blocks = new Map<string, ContentDescriptor>();
  for (const line of lines) {
    const { digest, path } = line;
    const size = importSize(line);
    if (size === undefined)
      throw imageInvalid('An import manifest', `the import of ${path} does not say its size`);
    if (!blocks.has(digest))
      blocks.set(digest, { mediaType: blockMediaTypes[importKind(line)], digest, size });
  }
  return [...blocks.values()];
}

/** The config of an artifact, which goes with it. */
export const emptyDocument: EncodedDocument = {
  bytes: emptyConfig.bytes,
  descriptor: {
    mediaType: emptyConfig.mediaType,
    digest: digestOf(emptyConfig.bytes),
    size: emptyConfig.bytes.length,
  },
};

/** The artifact type of {@link encodeBlocksArtifact}. */
export const blocksArtifactType = 'application/vnd.dev.block-pack.blocks.v1+json';

/**
 * Names the blocks of a native image as layers. Registries collect, and tools do not copy, what only `blocks` names.
 * @param image what leads to the native image
 */
export function encodeBlocksArtifact(
  blocks: readonly ContentDescriptor[],
  image: ContentDescriptor,
): EncodedDocument {
  const { mediaType, digest, size } = image;
  return encodeImageManifest({
    schemaVersion: 2,
    mediaType: imageManifestMediaType,
    artifactType: blocksArtifactType,
    config: emptyDocument.descriptor,
    layers: blocks,
    subject: { mediaType, digest, size },
  });
}

/** The history's entries, each with the place of its layer; entries that made none have none. */
function placed(history: readonly ImageHistory[]): { entry: ImageHistory; layer: number | undefined }[] {
  let next = 0;
  return history.map((entry) => ({ entry, layer: entry.empty_layer === true ? undefined : next++ }));
}

function withoutLayers(history: readonly ImageHistory[], layers: ReadonlySet<number>): ImageHistory[] {
  return placed(history).flatMap(({ entry, layer }) =>
    layer !== undefined && layers.has(layer) ? [] : [entry],
  );
}

function withLayers(
  history: readonly ImageHistory[],
  files: ReadonlyMap<number, readonly ImportsFile[]>,
): ImageHistory[] {
  return placed(history).flatMap(({ entry, layer }) => {
    const derived = layer === undefined ? [] : (files.get(layer) ?? []);
    return [...derived.map(({ name }) => derivedHistory(name, entry.created)), entry];
  });
}

/** @throws INPUT_UNSUPPORTED when what was made, made back, is another image */
export function assertLossless(before: ContentDescriptor, again: ContentDescriptor, name: string): void {
  if (before.digest === again.digest) return;
  throw new BlockPackError(
    'INPUT_UNSUPPORTED',
    `${name} cannot be converted without loss: another tool has changed it`,
    {
      hint: 'Convert the image that block-pack made, or make it again with block-pack image.',
      details: { expected: before.digest, seen: again.digest },
    },
  );
}
