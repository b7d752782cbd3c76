import { existsSync } from 'node:fs';
import {
  type BlobSource,
  BlockPackError,
  checkSignal,
  type Digest,
  type ImagePath,
  type Import,
  type ImportManifest,
  importExecutable,
  importKind,
} from '@block-pack/core';
import type { PlaceMethod } from './blob-placing.ts';
import { fillDirectory, newDirectory } from './new-directory.ts';
import { placeTree } from './place-tree.ts';
import { type Placed, Placing } from './placing.ts';
import { giveTurn } from './turn.ts';

/** How far a resolve is. */
export interface ResolveProgress {
  readonly imports: number;
  readonly totalImports: number;
  readonly bytes: number;
}

/** What is resolved, and how. */
export interface ResolveOptions {
  /** The image directory whose content goes into the target; `/` when it is not given. */
  readonly strip?: ImagePath;
  readonly method: PlaceMethod;
  readonly signal?: AbortSignal;
  onProgress?(progress: ResolveProgress): void;
}

/** What a resolve made. */
export interface ResolveReport extends Placed {
  /** Absolute. */
  readonly target: string;
  readonly imports: number;
}

/** A source that may say where its blobs lie, so that it can be cloned or linked. */
export interface BlobFiles extends BlobSource {
  /** Where all of them lie; no target may lie there. */
  readonly directory?: string;
  blobPath?(digest: Digest): string | undefined;
}

/**
 * Makes the files that a manifest names, in a directory that is new or empty: all of them, or nothing.
 * @throws BLOB_MISSING, DIGEST_MISMATCH, TAR_INVALID, MANIFEST_INVALID, TARGET_NOT_EMPTY, IMPORT_COLLISION, OUTPUT_REFUSED, DISK_FULL,
 * INTERRUPTED, USAGE
 */
export async function resolveImports(
  manifest: ImportManifest,
  source: BlobFiles,
  target: string,
  options: ResolveOptions,
): Promise<ResolveReport> {
  const place = newDirectory(target, source.directory === undefined ? [] : [source.directory]);
  const relative = manifest.imports.map((line) => ({ line, path: below(line, options.strip ?? '/') }));
  await checkBlobs(manifest.imports, source, options.signal);
  const placed = await fillDirectory(place, (draft) => fill(draft, relative, source, options));
  return { target: place, imports: relative.length, ...placed };
}

/** The import's path inside the target; empty for the target itself. @throws USAGE, MANIFEST_INVALID */
function below(line: Import, strip: string): string {
  if (line.path === '/' && importKind(line) === 'file') {
    throw new BlockPackError('MANIFEST_INVALID', `The import of ${line.digest} puts a file at /`, {
      hint: 'Give the file a path, or say type=tree where the block is a tree.',
      details: { path: line.path, digest: line.digest },
    });
  }
  const above = strip === '/' ? '/' : `${strip}/`;
  if (line.path === strip && importKind(line) === 'tree') return '';
  if (line.path.startsWith(above) && line.path !== strip) return line.path.slice(above.length);
  throw new BlockPackError('USAGE', `${line.path} does not lie below ${strip}`, {
    hint: 'Give an image directory that all imports of the manifest lie below, or none.',
    details: { path: line.path, strip },
  });
}

/** @throws BLOB_MISSING before anything is written */
export async function checkBlobs(
  imports: readonly Import[],
  source: BlobFiles,
  signal: AbortSignal | undefined,
): Promise<void> {
  const missing: Import[] = [];
  for (const line of imports) {
    checkSignal(signal);
    await giveTurn();
    if (!(await isThere(source, line.digest))) missing.push(line);
  }
  if (missing.length === 0) return;
  const first = missing.slice(0, 3).map((line) => `${line.path} (${line.digest})`);
  const more = missing.length > first.length ? ` and ${missing.length - first.length} more` : '';
  throw new BlockPackError(
    'BLOB_MISSING',
    `${missing.length} of ${imports.length} blocks are missing: ${first.join(', ')}${more}`,
    {
      hint: 'Pack the input again, or use the store that it was packed into (--store).',
      details: { count: missing.length, digests: missing.map((line) => line.digest) },
    },
  );
}

/** A store under a lease denies blobs that it cannot protect, such as another user's; here they will do. */
async function isThere(source: BlobFiles, digest: Digest): Promise<boolean> {
  const path = source.blobPath?.(digest);
  return (await source.has(digest)) || (path !== undefined && existsSync(path));
}

async function fill(
  draft: string,
  imports: readonly { readonly line: Import; readonly path: string }[],
  source: BlobFiles,
  options: ResolveOptions,
): Promise<Placed> {
  const placing = new Placing(draft, source, options.method, options.signal);
  for (const [index, { line, path }] of imports.entries()) {
    await placing.pause();
    if (importKind(line) === 'file') await placing.blob(path, line.digest, importExecutable(line));
    else await placeTree(placing, source, line, path);
    options.onProgress?.({ imports: index + 1, totalImports: imports.length, bytes: placing.placed.bytes });
  }
  return placing.finish();
}
