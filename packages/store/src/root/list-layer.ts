import { type BlobSource, BlockPackError, type Digest, type ImagePath } from '@block-pack/core';
import { keepListing, keptListing } from './listing-cache.ts';
import { type LayerListing, type RootLayer, readLayer } from './read-layer.ts';
import { type LaidLayer, type RootView, rootView } from './root-view.ts';

/** How layers are listed. */
export interface ListLayersOptions {
  /** Where listings are kept, so that a layer is read once: a store's cache. */
  readonly cacheDirectory?: string;
  readonly signal?: AbortSignal;
  /** Called once for a layer with a path that stands twice in it, which Docker and podman refuse. */
  onTwice?(layer: Digest, path: ImagePath): void;
}

/**
 * The root file system of an image, from listings of its layers. Digest, size and diffID of every layer are checked, now or when its listing
 * was kept.
 * @param layers the lowest first
 * @throws BLOB_MISSING, DIGEST_MISMATCH, ARCHIVE_INVALID, ARCHIVE_BOMB, INPUT_UNSUPPORTED, NAME_UNSUPPORTED, INTERRUPTED
 */
export async function imageRoot(
  layers: readonly RootLayer[],
  blobs: BlobSource,
  options: ListLayersOptions = {},
): Promise<RootView> {
  return rootView(listLayers(layers, blobs, options), options.signal);
}

async function* listLayers(
  layers: readonly RootLayer[],
  blobs: BlobSource,
  options: ListLayersOptions,
): AsyncIterable<LaidLayer> {
  for (const layer of layers) {
    const { digest, entries } = await listLayer(layer, blobs, options);
    const twice = options.onTwice && pathTwice(entries);
    if (twice !== undefined) options.onTwice?.(digest, twice);
    yield { name: digest, entries };
  }
}

function pathTwice(entries: LayerListing['entries']): ImagePath | undefined {
  const seen = new Set<ImagePath>();
  return entries
    .filter(({ kind }) => kind !== 'whiteout' && kind !== 'opaque')
    .find(({ path }) => seen.size === seen.add(path).size)?.path;
}

/** @throws as {@link imageRoot} */
export async function listLayer(
  layer: RootLayer,
  blobs: BlobSource,
  { cacheDirectory, signal }: ListLayersOptions = {},
): Promise<LayerListing> {
  const kept = cacheDirectory === undefined ? undefined : await keptListing(cacheDirectory, layer.digest);
  const listing = kept ?? (await readWhole(layer, blobs, signal));
  checkMeasures(layer, listing);
  if (kept === undefined && cacheDirectory !== undefined) keepListing(cacheDirectory, listing);
  return listing;
}

async function readWhole(
  { digest, mediaType }: RootLayer,
  blobs: BlobSource,
  signal: AbortSignal | undefined,
): Promise<LayerListing> {
  try {
    return await readLayer(blobs.read(digest), mediaType, digest, signal === undefined ? {} : { signal });
  } catch (error) {
    if (error instanceof BlockPackError && error.code === 'ARCHIVE_INVALID') await readToEnd(blobs, digest);
    throw error;
  }
}

/** A damaged blob may fail as a tar before it fails as a blob; which of the two it is tells what to do. @throws DIGEST_MISMATCH */
async function readToEnd(blobs: BlobSource, digest: Digest): Promise<void> {
  for await (const _ of blobs.read(digest));
}

function checkMeasures(layer: RootLayer, seen: LayerListing): void {
  checkMeasure(layer, 'digest', layer.digest, seen.digest);
  checkMeasure(layer, 'size', layer.size, seen.size);
  checkMeasure(layer, 'diffID', layer.diffId, seen.diffId);
}

function checkMeasure(layer: RootLayer, what: string, said: string | number, seen: string | number): void {
  if (said === seen) return;
  throw new BlockPackError(
    'DIGEST_MISMATCH',
    `The layer ${layer.digest} is not what the image says: its ${what} should be ${said}, and is ${seen}`,
    {
      hint: 'Pull or build the image again. Where that does not help, the image itself is wrong.',
      details: { layer: layer.digest, expected: said, seen },
    },
  );
}
