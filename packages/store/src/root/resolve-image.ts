import { blobMissing, type ImportManifest } from '@block-pack/core';
import type { PlacedBy, PlaceMethod } from '../blob-placing.ts';
import { fillDirectory, newDirectory } from '../new-directory.ts';
import { type BlobFiles, checkBlobs } from '../resolve.ts';
import { type FilledRoot, RootFiller } from './fill-root.ts';
import { importEntries, listImports } from './list-imports.ts';
import { listLayer } from './list-layer.ts';
import { layerEntries, type RootLayer } from './read-layer.ts';
import type { RootImage, RootPart } from './root-image.ts';
import { type PlannedFile, planRoot } from './root-plan.ts';
import { type LaidLayer, rootView } from './root-view.ts';
import { unpackedLayer } from './unpacked-layer.ts';

/** How far the resolving of an image is. */
export interface ResolveImageProgress {
  /** Layers are read twice: once for their paths, and once for their files. */
  readonly phase: 'reading' | 'unpacking';
  /** Layers and imports that are done with. */
  readonly parts: number;
  readonly totalParts: number;
}

/** How an image is resolved. */
export interface ResolveImageOptions {
  /** How file blocks of an image in native form get their places. */
  readonly method: PlaceMethod;
  /** Whether owners and set-id bits are applied, for which one must be root; otherwise all belongs to whoever runs this. */
  readonly owners: boolean;
  /** Where listings of layers are kept: a store's cache. */
  readonly cacheDirectory?: string;
  /** Where blobs lie: the target must lie in none of these directories. */
  readonly apart?: readonly string[];
  readonly signal?: AbortSignal;
  onProgress?(progress: ResolveImageProgress): void;
}

/** What was made of an image. */
export interface ResolveImageReport extends FilledRoot {
  /** Absolute. */
  readonly target: string;
  readonly layers: number;
  /** Imports of an image in native form, whose blocks were placed. */
  readonly imports: number;
  /** How their file blocks came. */
  readonly method: PlacedBy;
  readonly owners: boolean;
  /** Devices and pipes, by their paths in the image: they are not made. */
  readonly leftOut: readonly string[];
}

/**
 * Makes an image's root file system in a directory that is new or empty: all of it, or nothing. Every blob is checked on the way.
 * @throws BLOB_MISSING, DIGEST_MISMATCH, ARCHIVE_INVALID, ARCHIVE_BOMB, INPUT_UNSUPPORTED, NAME_UNSUPPORTED, TAR_INVALID, MANIFEST_INVALID,
 * TARGET_NOT_EMPTY, IMPORT_COLLISION, OUTPUT_REFUSED, DISK_FULL, INTERRUPTED, USAGE
 */
export async function resolveImage(
  { parts }: RootImage,
  blobs: BlobFiles,
  target: string,
  options: ResolveImageOptions,
): Promise<ResolveImageReport> {
  const place = newDirectory(target, options.apart ?? []);
  const imports = parts.flatMap((part) => (part.kind === 'imports' ? part.manifest.imports : []));
  await checkLayers(parts, blobs);
  await checkBlobs(imports, blobs, options.signal);
  const firsts = new Map<RootPart, number>();
  const view = await rootView(listParts(parts, firsts, blobs, options), options.signal);
  const plan = planRoot(view, parts.length);
  const filler = new RootFiller(blobs, options);
  await fillDirectory(place, async (draft) => {
    await filler.makeDirectories(draft, plan.directories);
    for (const [index, part] of parts.entries()) {
      options.onProgress?.({ phase: 'unpacking', parts: index, totalParts: parts.length });
      const files = plan.files[index] ?? new Map();
      await unpackPart(part, files, firsts.get(part) ?? 0, filler, blobs, options);
    }
    await filler.links(plan.links);
    await filler.finish(plan.directories);
  });
  return {
    target: place,
    layers: parts.filter(({ kind }) => kind === 'layer').length,
    imports: imports.length,
    ...filler.made,
    method: filler.method,
    owners: options.owners,
    leftOut: plan.leftOut.map(({ path }) => path),
  };
}

/** @throws BLOB_MISSING before anything is read */
async function checkLayers(parts: readonly RootPart[], blobs: BlobFiles): Promise<void> {
  for (const part of parts) {
    if (part.kind === 'layer' && !(await blobs.has(part.layer.digest)))
      throw blobMissing(part.layer.digest, 'the image');
  }
}

/** @param firsts is told where the blocks' own entries begin in the listing of an imports part */
async function* listParts(
  parts: readonly RootPart[],
  firsts: Map<RootPart, number>,
  blobs: BlobFiles,
  options: ResolveImageOptions,
): AsyncIterable<LaidLayer> {
  for (const [index, part] of parts.entries()) {
    options.onProgress?.({ phase: 'reading', parts: index, totalParts: parts.length });
    if (part.kind === 'layer') {
      const { digest, entries } = await listLayer(part.layer, blobs, options);
      yield { name: digest, entries };
    } else {
      const { entries, first } = await listImports(part.manifest, blobs, options.signal);
      firsts.set(part, first);
      yield { name: `of the ${part.manifest.packer} imports`, entries };
    }
  }
}

async function unpackPart(
  part: RootPart,
  files: ReadonlyMap<number, PlannedFile>,
  first: number,
  filler: RootFiller,
  blobs: BlobFiles,
  { signal }: ResolveImageOptions,
): Promise<void> {
  // What upper layers hide altogether was checked when it was listed.
  if (files.size === 0) return;
  const made =
    part.kind === 'layer'
      ? await unpackLayer(part.layer, files, filler, blobs, signal)
      : await placeImports(part.manifest, files, first, filler, blobs);
  if (made !== files.size)
    throw new Error(`${made} files of a layer were made, and ${files.size} are listed`);
}

/** The blob is read to its end, where its source checks it: a layer that has become another one is found out. */
async function unpackLayer(
  { digest, mediaType }: RootLayer,
  files: ReadonlyMap<number, PlannedFile>,
  filler: RootFiller,
  blobs: BlobFiles,
  signal: AbortSignal | undefined,
): Promise<number> {
  const tar = unpackedLayer(blobs.read(digest), mediaType, digest);
  let made = 0;
  for await (const { index, content } of layerEntries(tar, digest, signal === undefined ? {} : { signal })) {
    const planned = files.get(index);
    if (planned === undefined) continue;
    await filler.file(planned, content);
    made++;
  }
  return made;
}

/** Goes through the blocks in the order of {@link listImports}, so that its count of entries is the same. */
async function placeImports(
  manifest: ImportManifest,
  files: ReadonlyMap<number, PlannedFile>,
  first: number,
  filler: RootFiller,
  blobs: BlobFiles,
): Promise<number> {
  let index = first;
  let made = 0;
  for (const line of manifest.imports) {
    for await (const entry of importEntries(line, blobs)) {
      if (entry.kind === 'directory') continue;
      const planned = files.get(index++);
      if (planned === undefined || entry.kind !== 'file') continue;
      if (entry.path === '') await filler.blob(planned, line.digest);
      else await filler.file(planned, entry.read());
      made++;
    }
  }
  return made;
}
