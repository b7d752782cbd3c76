import type { BlobSource, BlobStore, ByteRange, Written } from '../blob.ts';
import { ByteReader } from '../byte-reader.ts';
import { type Bytes, bytesOf } from '../bytes.ts';
import type { Digest } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import { type Import, type ImportManifest, importSize } from '../import-manifest.ts';
import { checkSignal } from '../pack.ts';
import { type AssembledLayer, assembleLayer } from './assemble-layer.ts';
import type { PartCopier } from './blob-part.ts';
import { gzipMember, memberContent } from './gzip-member.ts';
import { type LayerRecipe, requiredRecipe } from './layer-recipe.ts';
import { blockFromSegment, endOfTar } from './segment.ts';
import type { SegmentMemory } from './segment-memory.ts';
import { isOfZlib } from './through-zlib.ts';

/** Which bytes of a layer's blob a store needs to have all of its blocks. */
export interface LayerRanges {
  /** Sorted and merged: the fewest requests. */
  readonly ranges: readonly ByteRange[];
  /** Imports whose blocks come out of them, each block once. */
  readonly missing: readonly Import[];
  /** Of all ranges. */
  readonly bytes: number;
}

/** @throws MANIFEST_INVALID for a manifest without a layer's recipe, and for lengths that do not make up the layer */
export async function layerRanges(
  manifest: ImportManifest,
  blocks: Pick<BlobSource, 'has'>,
): Promise<LayerRanges> {
  const segments = await missingSegments(manifest, blocks);
  const ranges = merged(segments);
  return {
    ranges,
    missing: segments.map(({ line }) => line),
    bytes: ranges.reduce((sum, { length }) => sum + length, 0),
  };
}

/** A segment, and where its member lies in the layer's blob. */
export interface PlacedSegment extends ByteRange {
  readonly line: Import;
  readonly empty: readonly string[];
}

/**
 * The segments of the layer that a manifest's recipe names, in their order.
 * @throws MANIFEST_INVALID for a manifest without a layer's recipe, and for lengths that do not make up the layer
 */
export async function placedSegments(manifest: ImportManifest): Promise<readonly PlacedSegment[]> {
  const recipe = requiredRecipe(manifest);
  await checkLengths(recipe, manifest.packer);
  let offset = recipe.head;
  return manifest.imports.map((line, index) => {
    const { packed, empty } = recipe.segments[index] ?? { packed: 0, empty: [] };
    const segment = { line, empty, offset, length: packed };
    offset += packed;
    return segment;
  });
}

async function missingSegments(
  manifest: ImportManifest,
  blocks: Pick<BlobSource, 'has'>,
): Promise<readonly PlacedSegment[]> {
  const asked = new Set<Digest>();
  const missing: PlacedSegment[] = [];
  for (const segment of await placedSegments(manifest)) {
    const { line } = segment;
    const known = asked.has(line.digest) || (await blocks.has(line.digest, importSize(line)));
    asked.add(line.digest);
    if (!known) missing.push(segment);
  }
  return missing;
}

/** @throws MANIFEST_INVALID where the members are not as long as the whole layer */
async function checkLengths({ layer, encoding, head, segments }: LayerRecipe, name: string): Promise<void> {
  let size = head;
  for (const { packed } of segments) size += packed;
  for await (const { length } of gzipMember(bytesOf(endOfTar), encoding)) size += length;
  if (size === layer.size) return;
  throw new BlockPackError(
    'MANIFEST_INVALID',
    `The import manifest of ${name} contradicts itself: head=, packed= and the end make ${size} bytes, and the layer has size=${layer.size}`,
    { hint: 'Get the image again; block-pack verify says what else is wrong with it.' },
  );
}

/** Neighbours are read by one request. */
function merged(segments: readonly ByteRange[]): ByteRange[] {
  const ranges: ByteRange[] = [];
  for (const { offset, length } of segments) {
    const last = ranges.at(-1);
    if (last !== undefined && last.offset + last.length === offset)
      ranges[ranges.length - 1] = { offset: last.offset, length: last.length + length };
    else ranges.push({ offset, length });
  }
  return ranges;
}

/** Where a layer that is made again gets its bytes, and where it goes. */
export interface RebuildLayerOptions {
  readonly blocks: BlobStore;
  readonly segments?: SegmentMemory;
  /** As an assembled layer has one. */
  readonly copier?: PartCopier;
  readonly signal?: AbortSignal;
  /** Reads bytes of the layer's blob from elsewhere; called for each range that `layerRanges` names. */
  fetch?(range: ByteRange): Bytes;
  write(content: Bytes, expected?: Digest, about?: number): Promise<Written>;
}

/**
 * Makes the layer that a manifest's recipe names, from blocks and from ranges of it. Blocks that come out of ranges are kept.
 * @throws MANIFEST_INVALID, BLOB_MISSING, DIGEST_MISMATCH when what is fetched or what comes out is something else
 */
export async function rebuildLayer(
  manifest: ImportManifest,
  options: RebuildLayerOptions,
): Promise<AssembledLayer> {
  const { encoding, directories, layer } = requiredRecipe(manifest);
  const { fetch } = options;
  if (fetch !== undefined) await fetchBlocks(manifest, { ...options, fetch: (range) => fetch(range) });
  return assembleLayer(manifest, { ...options, encoding, directories }, layer.digest);
}

/** Where blocks are kept, and where those that lack are read. */
export interface FetchBlocksOptions {
  readonly blocks: BlobStore;
  readonly signal?: AbortSignal;
  /** Reads bytes of the layer's blob. */
  fetch(range: ByteRange): Bytes;
}

/**
 * Brings the blocks that a store lacks out of ranges of their layer, each checked against its digest.
 * @throws MANIFEST_INVALID, DIGEST_MISMATCH
 */
export async function fetchBlocks(
  manifest: ImportManifest,
  { blocks, signal, fetch }: FetchBlocksOptions,
): Promise<void> {
  const segments = await missingSegments(manifest, blocks);
  const layer = requiredRecipe(manifest).layer.digest;
  for (const range of merged(segments)) {
    const inside = segments.filter(
      ({ offset }) => offset >= range.offset && offset < range.offset + range.length,
    );
    const reader = new ByteReader(fetch(range), () => fetchedOther(layer, inside[0]?.line));
    try {
      for (const segment of inside) {
        checkSignal(signal);
        await keepBlock(segment, layer, reader.part(segment.length), blocks);
      }
    } finally {
      await reader.close();
    }
  }
}

async function keepBlock(
  { line, empty }: PlacedSegment,
  layer: Digest,
  member: Bytes,
  blocks: BlobStore,
): Promise<void> {
  try {
    const block = blockFromSegment(line, empty, memberContent(member));
    await blocks.write(limited(line, layer, block), line.digest);
  } catch (error) {
    if (isOfContent(error)) throw fetchedOther(layer, line, error);
    throw error;
  }
  for await (const _ of member) {
    // What stands behind the member is for the layer's digest to find.
  }
}

/** So that a hostile layer cannot fill the disk before the digest is seen to be another. */
async function* limited(line: Import, layer: Digest, block: Bytes): Bytes {
  const limit = importSize(line) ?? Number.POSITIVE_INFINITY;
  let size = 0;
  for await (const chunk of block) {
    size += chunk.length;
    if (size > limit) throw fetchedOther(layer, line);
    yield chunk;
  }
}

/** Not the disk's or the network's "no". */
function isOfContent(error: unknown): boolean {
  if (error instanceof BlockPackError) return ['TAR_INVALID', 'DIGEST_MISMATCH'].includes(error.code);
  return isOfZlib(error);
}

function fetchedOther(layer: Digest, line: Import | undefined, cause?: unknown): BlockPackError {
  const { path, digest } = line ?? {};
  return new BlockPackError(
    'DIGEST_MISMATCH',
    `What the layer ${layer} has for ${path} is not its block ${digest}`,
    {
      hint: 'The layer is damaged where it was read, or its import manifest is of another one: block-pack verify, given the place of the image, says which.',
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
