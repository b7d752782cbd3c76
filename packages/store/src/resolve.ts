import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
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
  readCanonicalTar,
} from '@block-pack/core';
import { diskError } from './disk-error.ts';
import { syncDirectory } from './draft.ts';
import { type Placed, type PlaceMethod, Placing } from './placing.ts';

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

/** A source that may say where a blob lies, so that it can be cloned or linked. */
export interface BlobFiles extends BlobSource {
  blobPath?(digest: Digest): string;
}

/**
 * Makes the files that a manifest names, in a directory that is new or empty: all of them, or nothing.
 * @throws BLOB_MISSING, DIGEST_MISMATCH, TARGET_NOT_EMPTY, IMPORT_COLLISION, OUTPUT_REFUSED, DISK_FULL, INTERRUPTED, USAGE
 */
export async function resolveImports(
  manifest: ImportManifest,
  source: BlobFiles,
  target: string,
  options: ResolveOptions,
): Promise<ResolveReport> {
  const place = realTarget(target);
  const relative = manifest.imports.map((line) => ({ line, path: below(line, options.strip ?? '/') }));
  await checkBlobs(manifest, source);
  const made = makeParent(place);
  const draft = join(dirname(place), `.block-pack-${randomUUID()}`);
  try {
    const placed = await fill(draft, relative, source, options);
    publish(draft, place);
    return { target: place, imports: relative.length, ...placed };
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (made !== undefined) removeEmptyUpTo(dirname(place), made);
    throw diskError(error, 'OUTPUT_REFUSED', 'write to', target);
  }
}

/** Where the target is or will be. @throws TARGET_NOT_EMPTY */
function realTarget(target: string): string {
  try {
    const stats = statSync(target, { throwIfNoEntry: false });
    if (stats === undefined) return resolve(target);
    if (stats.isDirectory() && readdirSync(target).length === 0) return realpathSync(target);
  } catch (error) {
    throw diskError(error, 'OUTPUT_REFUSED', 'write to', target);
  }
  throw new BlockPackError('TARGET_NOT_EMPTY', `${target} is there already and is not an empty directory`, {
    hint: 'Give a new or an empty directory; nothing is ever written into one that is in use.',
    details: { path: target },
  });
}

/** The import's path inside the target; empty for the target itself. @throws USAGE */
function below(line: Import, strip: string): string {
  const above = strip === '/' ? '/' : `${strip}/`;
  if (line.path === strip && importKind(line) === 'tree') return '';
  if (line.path.startsWith(above) && line.path !== strip) return line.path.slice(above.length);
  throw new BlockPackError('USAGE', `${line.path} does not lie below ${strip}`, {
    hint: 'Give an image directory that all imports of the manifest lie below, or none.',
    details: { path: line.path, strip },
  });
}

/** @throws BLOB_MISSING before anything is written */
async function checkBlobs(manifest: ImportManifest, source: BlobFiles): Promise<void> {
  const missing: Import[] = [];
  for (const line of manifest.imports) if (!(await isThere(source, line.digest))) missing.push(line);
  if (missing.length === 0) return;
  const first = missing.slice(0, 3).map((line) => `${line.path} (${line.digest})`);
  const more = missing.length > first.length ? ` and ${missing.length - first.length} more` : '';
  throw new BlockPackError(
    'BLOB_MISSING',
    `${missing.length} of ${manifest.imports.length} blocks are missing: ${first.join(', ')}${more}`,
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

/** The topmost directory that had to be made, if any. */
function makeParent(place: string): string | undefined {
  try {
    return mkdirSync(dirname(place), { recursive: true });
  } catch (error) {
    throw diskError(error, 'OUTPUT_REFUSED', 'create', dirname(place));
  }
}

async function fill(
  draft: string,
  imports: readonly { readonly line: Import; readonly path: string }[],
  source: BlobFiles,
  options: ResolveOptions,
): Promise<Placed> {
  const placing = new Placing(draft, source, options.method, options.signal);
  for (const [index, { line, path }] of imports.entries()) {
    checkSignal(options.signal);
    if (importKind(line) === 'file') await placing.blob(path, line.digest, importExecutable(line));
    else await placeTree(placing, source, line, path);
    options.onProgress?.({ imports: index + 1, totalImports: imports.length, bytes: placing.placed.bytes });
  }
  return placing.finish();
}

async function placeTree(placing: Placing, source: BlobFiles, line: Import, path: string): Promise<void> {
  placing.directory(path);
  for await (const entry of readCanonicalTar(source.read(line.digest), `The block ${line.digest}`)) {
    const inside = path === '' ? entry.path : `${path}/${entry.path}`;
    if (entry.kind === 'file') await placing.file(inside, entry.read(), entry.executable);
    else if (entry.kind === 'symlink') placing.link(inside, entry.target);
    else placing.directory(inside);
  }
}

function publish(draft: string, place: string): void {
  // Only Windows needs this: it does not rename a directory onto an empty one.
  if (process.platform === 'win32' && statSync(place, { throwIfNoEntry: false })) rmdirSync(place);
  renameSync(draft, place);
  syncDirectory(dirname(place));
}

function removeEmptyUpTo(directory: string, topmost: string): void {
  try {
    for (let path = directory; path.startsWith(topmost); path = dirname(path)) rmdirSync(path);
  } catch {
    // Somebody else uses it by now.
  }
}
