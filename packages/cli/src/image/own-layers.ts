import {
  type Annotations,
  type BlobSource,
  BlockPackError,
  type Digest,
  type ImageManifest,
  type ImportManifest,
  imageAnnotations,
  layerCompression,
  layerRecipe,
  readImportsLayers,
} from '@block-pack/core';

/** What was a layer of ours before docker save took its compression and its annotations away. */
export interface OwnLayer {
  readonly annotations: Annotations;
  /** The digest of the layer as it was, and the imports that made it; undefined for the imports layer. */
  readonly derived: { readonly digest: Digest; readonly manifest: ImportManifest } | undefined;
}

/** Layers of an image that its own imports explain, by the digests of the plain tars that they are now. */
export async function ownLayers(
  image: ImageManifest,
  blobs: BlobSource,
  name: string,
): Promise<ReadonlyMap<Digest, OwnLayer>> {
  if (!image.layers.some(({ mediaType }) => layerCompression(mediaType, name) === 'none')) return new Map();
  try {
    return await explained(image, blobs, name);
  } catch (error) {
    // Imports that are broken, or of a newer version, make the image no worse a base.
    if (isOfContent(error)) return new Map();
    throw error;
  }
}

async function explained(
  image: ImageManifest,
  blobs: BlobSource,
  name: string,
): Promise<ReadonlyMap<Digest, OwnLayer>> {
  const own = new Map<Digest, OwnLayer>();
  const { imports, layer: mark } = imageAnnotations;
  for (const { layer, files } of await readImportsLayers(image, blobs, name)) {
    for (const { name: file, manifest } of files) {
      const recipe = layerRecipe(manifest);
      if (recipe === undefined) continue;
      const derived = { digest: recipe.layer.digest, manifest };
      own.set(recipe.diffId, { annotations: { [imports]: file }, derived });
    }
    const digest = image.layers[layer]?.digest;
    const names = files.map((one) => one.name).join(',');
    if (digest !== undefined)
      own.set(digest, { annotations: { [mark]: 'imports', [imports]: names }, derived: undefined });
  }
  return own;
}

/** Not the machine's "no". */
export function isOfContent(error: unknown): boolean {
  return error instanceof BlockPackError && (error.family === 'format' || error.family === 'input');
}
