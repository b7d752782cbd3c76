import type { BlobSource } from '../blob.ts';
import { readCanonicalTar } from '../canonical-tar.ts';
import { BlockPackError } from '../error.ts';
import type { ImagePath } from '../image-path.ts';
import { type Import, type ImportManifest, importKind, importSize } from '../import-manifest.ts';
import { checkSignal } from '../pack.ts';
import { headTar, LayerPaths } from './layer-paths.ts';
import { type DirectoryOwner, defaultOwner } from './layer-recipe.ts';

/** What is known of a layer before its first byte is written. */
export interface LayerPlan {
  readonly segments: readonly PlannedSegment[];
  /** The tar that it begins with: all directories. */
  readonly head: Uint8Array;
  /** Those of its directories that are not 0755 of root. */
  readonly owners: ReadonlyMap<ImagePath, DirectoryOwner>;
}

export interface PlannedSegment {
  readonly line: Import;
  /** Empty directories of a tree block, relative to its root and sorted. */
  readonly empty: readonly string[];
}

/**
 * Looks at every path of the layer; tree blocks are read for it, and checked.
 * @param directories modes and owners, also of directories that the layer does not have
 * @throws IMPORT_COLLISION, NAME_UNSUPPORTED, BLOB_MISSING, DIGEST_MISMATCH, TAR_INVALID
 */
export async function planLayer(
  manifest: ImportManifest,
  blocks: BlobSource,
  directories: ReadonlyMap<ImagePath, DirectoryOwner>,
  signal: AbortSignal | undefined,
): Promise<LayerPlan> {
  const paths = new LayerPaths();
  const segments: PlannedSegment[] = [];
  for (const line of manifest.imports) {
    checkSignal(signal);
    paths.addImport(line);
    const empty = importKind(line) === 'tree' ? await addTree(line, blocks, paths) : [];
    segments.push({ line, empty });
  }
  const owners = ownersOf(paths.directories(), directories);
  return { segments, owners, head: headTar(paths.directories(), owners) };
}

/** Bytes of the layer's tar, about. */
export function tarSize({ segments, head }: LayerPlan): number {
  return segments.reduce((sum, { line }) => sum + (importSize(line) ?? 0), head.length);
}

/** @returns its empty directories */
async function addTree(line: Import, blocks: BlobSource, paths: LayerPaths): Promise<readonly string[]> {
  const empty: string[] = [];
  try {
    for await (const { kind, path } of readCanonicalTar(blocks.read(line.digest), line.digest)) {
      paths.addEntry(line, kind, path);
      if (kind === 'directory') empty.push(path);
    }
  } catch (error) {
    // What cannot be understood may be damage: then that is said.
    if (error instanceof BlockPackError && error.code === 'TAR_INVALID') await checkBlock(line, blocks);
    throw error;
  }
  return empty;
}

/** Reads a block to its end, which checks its digest. @throws DIGEST_MISMATCH, BLOB_MISSING */
export async function checkBlock({ digest }: Import, blocks: BlobSource): Promise<void> {
  for await (const _ of blocks.read(digest)) {
    // The digest is all that is asked.
  }
}

function ownersOf(
  paths: readonly ImagePath[],
  directories: ReadonlyMap<ImagePath, DirectoryOwner>,
): ReadonlyMap<ImagePath, DirectoryOwner> {
  const owners = new Map<ImagePath, DirectoryOwner>();
  for (const path of paths) {
    const owner = directories.get(path);
    if (owner !== undefined && !isDefault(owner)) owners.set(path, owner);
  }
  return owners;
}

function isDefault({ mode, uid, gid }: DirectoryOwner): boolean {
  return mode === defaultOwner.mode && uid === defaultOwner.uid && gid === defaultOwner.gid;
}
