import type { BlobSource, Descriptor, Written } from '../blob.ts';
import type { Bytes } from '../bytes.ts';
import type { Digest } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import type { ImagePath } from '../image-path.ts';
import { type ImportManifest, sortImports } from '../import-manifest.ts';
import { type PartCopier, wholeBytes } from './blob-part.ts';
import { digestTar, type TarDigest } from './digest-tar.ts';
import type { EncodingId } from './encoding.ts';
import { type DirectoryOwner, type LayerRecipe, withLayerRecipe } from './layer-recipe.ts';
import { PackedLayer } from './packed-layer.ts';
import { checkBlock, type LayerPlan, planLayer, tarSize } from './plan-layer.ts';
import { noSegmentMemory, type SegmentMemory } from './segment-memory.ts';

/** How far a layer is. */
export interface AssembleProgress {
  readonly segments: number;
  readonly totalSegments: number;
  /** Of the blob, so far. */
  readonly bytes: number;
}

/** What a layer is made of, and where it goes. */
export interface AssembleLayerOptions {
  readonly blocks: BlobSource;
  readonly encoding: EncodingId;
  /** Directories that are not 0755 of root, such as those that a base image says otherwise. Those that the layer does not have are passed over. */
  readonly directories?: ReadonlyMap<ImagePath, DirectoryOwner>;
  readonly segments?: SegmentMemory;
  /** Writes in the place of `write`, and digests, where the blocks and the segments lie. */
  readonly copier?: PartCopier;
  readonly signal?: AbortSignal;
  onProgress?(progress: AssembleProgress): void;
  /** Keeps the layer's bytes, `about` so many. Called again from the beginning when a remembered segment or a block may be damaged. */
  write(content: Bytes, expected?: Digest, about?: number): Promise<Written>;
}

/** A layer that is written. */
export interface AssembledLayer {
  /** The import manifest as it stands in an image: with the layer's recipe. */
  readonly manifest: ImportManifest;
  readonly recipe: LayerRecipe;
  readonly digest: Digest;
  readonly size: number;
  readonly diffId: Digest;
  /** Segments that were copied from earlier layers. */
  readonly copied: number;
}

/**
 * Makes the layer of a manifest: the same bytes from the same manifest and blocks, everywhere.
 * @param expected the digest that the blob must have, where it is known
 * @throws BLOB_MISSING, DIGEST_MISMATCH, IMPORT_COLLISION when a path would stand twice, NAME_UNSUPPORTED, MANIFEST_INVALID, INTERRUPTED
 */
export async function assembleLayer(
  manifest: ImportManifest,
  options: AssembleLayerOptions,
  expected?: Digest,
): Promise<AssembledLayer> {
  const { blocks, directories = new Map(), segments = noSegmentMemory } = options;
  const sorted = { ...manifest, imports: sortImports(manifest.imports) };
  const plan = await planLayer(sorted, blocks, directories, options.signal);
  // What is wrong with a block is looked for only where the layer becomes another one than was expected.
  for (let checks = expected === undefined; ; checks = true) {
    const packed = new PackedLayer(plan, segments, options, checks);
    const made = await attempt(packed, plan, options, expected);
    if (made === undefined) {
      for (const key of packed.damaged) segments.forget(key);
      continue;
    }
    const { layer, diffId } = made;
    const recipe = recipeOf(packed, plan, options.encoding, made);
    await segments.keep(layer.digest, packed.segments());
    const { copied } = packed;
    return { manifest: withLayerRecipe(sorted, recipe), recipe, diffId, copied, ...layer };
  }
}

interface Made {
  readonly layer: Descriptor;
  readonly diffId: Digest;
}

function recipeOf(
  packed: PackedLayer,
  { owners, segments }: LayerPlan,
  encoding: EncodingId,
  made: Made,
): LayerRecipe {
  return {
    ...made,
    encoding,
    head: packed.head.length,
    directories: owners,
    segments: segments.map(({ empty }, index) => ({ empty, packed: packed.segment(index).length })),
  };
}

/**
 * Writes the blob, and digests the tar inside: two readings of blocks and segments at the same time, since many are compressed at once, and can only
 * be digested one after the other.
 * @returns undefined when remembered segments proved to be damaged, or blocks that were not checked may be: the next attempt does without the ones, and checks the others
 */
async function attempt(
  packed: PackedLayer,
  plan: LayerPlan,
  options: AssembleLayerOptions,
  expected: Digest | undefined,
): Promise<Made | undefined> {
  try {
    const stop = new AbortController();
    const content = packed.content(stop.signal);
    const { copier } = options;
    const [{ digest, size }, tar] = await together(
      stop,
      copier?.write(content, expected, tarSize(plan)) ??
        options.write(wholeBytes(content), expected, tarSize(plan)),
      digestTar(plan, options, expected, stop.signal),
    );
    if (!(await agree(packed, tar, plan, options.blocks))) return undefined;
    return { layer: { digest, size }, diffId: tar.diffId };
  } catch (error) {
    const code = error instanceof BlockPackError ? error.code : undefined;
    if (code === 'DIGEST_MISMATCH') packed.condemnUnsummed();
    const isOfBlocks = code === 'DIGEST_MISMATCH' || code === 'MANIFEST_INVALID';
    if (packed.damaged.length > 0 || (isOfBlocks && !packed.checks)) return undefined;
    throw error;
  }
}

/** Waits for both, so that neither goes on when the error of the first to fail is told. */
async function together<A, B>(stop: AbortController, a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  const failures: unknown[] = [];
  const watched = async <T>(one: Promise<T>): Promise<T> => {
    try {
      return await one;
    } catch (error) {
      failures.push(error);
      stop.abort();
      throw error;
    }
  };
  const [first, second] = await Promise.allSettled([watched(a), watched(b)]);
  if (first.status === 'rejected' || second.status === 'rejected') throw failures[0];
  return [first.value, second.value];
}

/**
 * Whether what was packed is what was digested, by the sums of both. The blocks are not checked while they are digested: where the sums differ, either
 * the block is damaged now, which reading it says, or the segment that was copied in its place.
 */
async function agree(
  packed: PackedLayer,
  tar: TarDigest,
  plan: LayerPlan,
  blocks: BlobSource,
): Promise<boolean> {
  for (const [index, { line }] of plan.segments.entries()) {
    if (Buffer.compare(packed.segment(index).trailer, tar.trailers[index] ?? new Uint8Array()) === 0)
      continue;
    await checkBlock(line, blocks);
    if (!packed.condemn(index)) throw new Error(`two readings of ${line.digest} differ`);
  }
  return packed.damaged.length === 0;
}
