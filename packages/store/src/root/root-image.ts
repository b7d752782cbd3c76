import {
  type BlobSource,
  BlockPackError,
  type FoundImportsLayer,
  type ImageConfig,
  type ImageManifest,
  type ImportManifest,
  imageDocumentKind,
  imageInvalid,
  layerRecipe,
  parseImageConfig,
  parseImageManifest,
  readDocument,
  readImportsLayers,
} from '@block-pack/core';
import type { FoundImage } from '../place/images.ts';
import type { RootLayer } from './read-layer.ts';

/** A layer as a blob; or the imports that it would be made of, where an image in native form has blocks instead. */
export type RootPart =
  | { readonly kind: 'layer'; readonly layer: RootLayer }
  | { readonly kind: 'imports'; readonly manifest: ImportManifest };

/** What an image's root file system is made of. */
export interface RootImage {
  /** The lowest first. */
  readonly parts: readonly RootPart[];
}

/**
 * Reads what an image says of its root file system, but none of its layers.
 * @param name the image, for messages
 * @throws IMAGE_INVALID, INPUT_UNSUPPORTED for what is no image, MANIFEST_INVALID, BLOB_MISSING, DIGEST_MISMATCH
 */
export async function rootImage(found: FoundImage, blobs: BlobSource, name: string): Promise<RootImage> {
  const manifest = parseImageManifest(found.bytes, name, found.descriptor.mediaType);
  const config = await readConfig(manifest, blobs, name);
  const layers = rootLayers(manifest, config, name);
  const imports = manifest.blocks === undefined ? [] : await readImportsLayers(manifest, blobs, name);
  return { parts: layers.flatMap((layer, index) => [...importsBefore(index, imports, manifest), layer]) };
}

async function readConfig(
  { config, artifactType }: ImageManifest,
  blobs: BlobSource,
  name: string,
): Promise<ImageConfig> {
  if (imageDocumentKind(config.mediaType) !== 'config') {
    const what = artifactType ?? config.mediaType;
    throw new BlockPackError('INPUT_UNSUPPORTED', `${name} is no image, but an artifact (${what})`, {
      hint: 'Name an image; artifacts have no root file system.',
      details: { name, artifactType: what },
    });
  }
  const what = `the config of ${name}`;
  return parseImageConfig(await readDocument(config, blobs, what), what);
}

function rootLayers({ layers }: ImageManifest, { rootfs }: ImageConfig, name: string): RootPart[] {
  if (layers.length !== rootfs.diff_ids.length) {
    const flaw = `its manifest has ${layers.length} layers, and its config ${rootfs.diff_ids.length} diffIDs`;
    throw imageInvalid(name, flaw);
  }
  return rootfs.diff_ids.flatMap((diffId, index) => {
    const layer = layers[index];
    if (layer === undefined) return [];
    const { mediaType, digest, size } = layer;
    return [{ kind: 'layer', layer: { mediaType, digest, size, diffId } }];
  });
}

/**
 * What the derived layers of the standard form would be, in their places: before the imports layer that explains them. Those that the image has as
 * layers are there already, as in a base that is in standard form.
 */
function importsBefore(
  index: number,
  imports: readonly FoundImportsLayer[],
  { layers }: ImageManifest,
): RootPart[] {
  const files = imports.find(({ layer }) => layer === index)?.files ?? [];
  const missing = files.filter(({ manifest }) => {
    const digest = layerRecipe(manifest)?.layer.digest;
    return !layers.some((layer) => layer.digest === digest);
  });
  return missing.map(({ manifest }) => ({ kind: 'imports', manifest }));
}
