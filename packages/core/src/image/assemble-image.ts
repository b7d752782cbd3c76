import { imageManifestMediaType } from '../imports-artifact.ts';
import { layerRecipe } from '../layer/layer-recipe.ts';
import { type EncodedDocument, encodeImageConfig, encodeImageManifest } from './encode-document.ts';
import { imageAnnotations } from './image-annotations.ts';
import type {
  Annotations,
  ContentDescriptor,
  ImageConfig,
  ImageHistory,
  ImageManifest,
} from './image-documents.ts';
import { type ImageSettings, withSettings } from './image-settings.ts';
import type { EncodedImportsLayer, ImportsFile } from './imports-layer.ts';
import { imageInvalid } from './json-document.ts';
import { layerCompression, layerMediaTypes } from './media-types.ts';
import type { Platform } from './platform.ts';

/** The image that is built upon. */
export interface BaseImage {
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
}

/** All that an image is made of. */
export interface ImageParts {
  /** Undefined for an image that begins empty. */
  readonly base: BaseImage | undefined;
  /** What the image runs on where there is no base to say it. */
  readonly platform: Platform;
  /** Sorted by name; each manifest has the recipe of its layer. */
  readonly imports: readonly ImportsFile[];
  readonly importsLayer: EncodedImportsLayer;
  readonly settings: ImageSettings;
  /** RFC 3339. */
  readonly created: string;
  readonly annotations: Annotations;
}

/** The documents of one image. Its layers are the base's, those of the imports, and the imports layer. */
export interface AssembledImage {
  readonly manifest: EncodedDocument;
  readonly config: EncodedDocument;
}

/** The same parts give the same bytes. @throws IMAGE_INVALID, INPUT_UNSUPPORTED */
export function assembleImage(parts: ImageParts): AssembledImage {
  const { base, imports, importsLayer, created, annotations } = parts;
  const config = encodeImageConfig({
    ...(base?.config ?? emptyImage(parts.platform)),
    created,
    config: withSettings(base?.config.config ?? {}, parts.settings),
    rootfs: {
      type: 'layers',
      diff_ids: [
        ...(base?.config.rootfs.diff_ids ?? []),
        ...imports.map((file) => recipeOf(file).diffId),
        importsLayer.diffId,
      ],
    },
    history: [
      ...(base === undefined ? [] : historyOf(base, created)),
      ...imports.map(({ name }) => derivedHistory(name, created)),
      { created, created_by: maker, comment: 'import manifests' },
    ],
  });
  const manifest = encodeImageManifest({
    schemaVersion: 2,
    mediaType: imageManifestMediaType,
    config: config.descriptor,
    layers: [
      ...(base?.manifest.layers ?? []).map(ociLayer),
      ...imports.map(derivedLayer),
      importsLayerDescriptor(imports, importsLayer),
    ],
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  });
  return { manifest, config };
}

/** No version in it: the next block-pack makes the same image. */
const maker = 'block-pack image';

function emptyImage({ architecture, os, variant }: Platform): ImageConfig {
  return {
    architecture,
    os,
    ...(variant === undefined ? {} : { variant }),
    rootfs: { type: 'layers', diff_ids: [] },
  };
}

/** One entry for each layer at least: tools that count them refuse an image where some are lacking. */
function historyOf({ config, manifest }: BaseImage, created: string): ImageHistory[] {
  const history = config.history ?? [];
  const told = history.filter((entry) => entry.empty_layer !== true).length;
  const lacking = manifest.layers.length - told;
  if (lacking < 0) {
    throw imageInvalid(
      'The config of the base',
      `its history has ${told} layers, and it has ${manifest.layers.length}`,
    );
  }
  return [
    ...history,
    ...Array.from({ length: lacking }, () => ({ created, comment: 'a layer of the base' })),
  ];
}

export function derivedHistory(name: string, created: string | undefined): ImageHistory {
  return { ...(created === undefined ? {} : { created }), created_by: maker, comment: `imports of ${name}` };
}

/** The bytes of Docker's layers are those of OCI's. */
function ociLayer(layer: ContentDescriptor): ContentDescriptor {
  return { ...layer, mediaType: layerMediaTypes[layerCompression(layer.mediaType, layer.digest)] };
}

/** What leads to the layer that an import manifest explains. */
export function derivedLayer(file: ImportsFile): ContentDescriptor {
  const { layer } = recipeOf(file);
  return {
    mediaType: layerMediaTypes.gzip,
    digest: layer.digest,
    size: layer.size,
    annotations: { [imageAnnotations.imports]: file.name },
  };
}

function importsLayerDescriptor(
  imports: readonly ImportsFile[],
  { digest, size }: EncodedImportsLayer,
): ContentDescriptor {
  return {
    mediaType: layerMediaTypes.gzip,
    digest,
    size,
    annotations: {
      [imageAnnotations.layer]: 'imports',
      [imageAnnotations.imports]: imports.map(({ name }) => name).join(','),
    },
  };
}

/** How the layer of an import manifest in an image was made. @throws IMAGE_INVALID where the manifest does not say it */
export function recipeOf({ name, manifest }: ImportsFile): NonNullable<ReturnType<typeof layerRecipe>> {
  const recipe = layerRecipe(manifest);
  if (recipe !== undefined) return recipe;
  throw imageInvalid(`/.import.${name}`, 'it does not say how its layer was made');
}
