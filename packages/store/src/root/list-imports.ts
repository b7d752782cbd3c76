import {
  type BlobSource,
  canonicalTime,
  checkSignal,
  type Import,
  type ImportManifest,
  importExecutable,
  importKind,
  joinImagePath,
  LayerPaths,
  layerRecipe,
  readCanonicalTar,
  type TreeEntry,
} from '@block-pack/core';
import { giveTurn } from '../turn.ts';
import type { LayerDirectory, LayerObject } from './layer-entry.ts';

/** What the blocks of a manifest make of a root file system. */
export interface ImportsListing {
  /** The same, in the same order, as the layer that the manifest describes would have: first all directories. */
  readonly entries: readonly LayerObject[];
  /** Where the first entry of {@link importEntries} stands. */
  readonly first: number;
}

/**
 * The listing of a layer that an image in native form does not have, since its blocks are there instead.
 * @throws IMPORT_COLLISION, NAME_UNSUPPORTED, MANIFEST_INVALID, BLOB_MISSING, DIGEST_MISMATCH, TAR_INVALID, INTERRUPTED
 */
export async function listImports(
  manifest: ImportManifest,
  blobs: BlobSource,
  signal: AbortSignal | undefined,
): Promise<ImportsListing> {
  const paths = new LayerPaths();
  const objects: LayerObject[] = [];
  for (const line of manifest.imports) {
    checkSignal(signal);
    paths.addImport(line);
    for await (const entry of importEntries(line, blobs)) {
      checkSignal(signal);
      await giveTurn();
      if (entry.path !== '') paths.addEntry(line, entry.kind, entry.path);
      if (entry.kind !== 'directory') objects.push(objectOf(line, entry));
    }
  }
  const directories = directoriesOf(paths, manifest);
  return { entries: [...directories, ...objects], first: directories.length };
}

/** A tree's entries; or a single one without a path for a file, whose block is not looked into. */
export async function* importEntries(line: Import, blobs: BlobSource): AsyncIterable<TreeEntry> {
  if (importKind(line) === 'tree') yield* readCanonicalTar(blobs.read(line.digest), line.digest);
  else {
    const read = () => blobs.read(line.digest);
    yield { kind: 'file', path: '', size: 0, executable: importExecutable(line), read };
  }
}

/** Everything in a block belongs to root, and has one time. */
const attributes = { uid: 0, gid: 0, mtime: canonicalTime, xattrs: [] } as const;

function objectOf(line: Import, entry: Exclude<TreeEntry, { kind: 'directory' }>): LayerObject {
  const path = entry.path === '' ? line.path : joinImagePath(line.path, entry.path);
  if (entry.kind === 'symlink')
    return { ...attributes, kind: 'symlink', path, mode: 0o777, target: entry.target };
  return { ...attributes, kind: 'file', path, mode: entry.executable ? 0o755 : 0o644, size: entry.size };
}

function directoriesOf(paths: LayerPaths, manifest: ImportManifest): LayerDirectory[] {
  const owners = layerRecipe(manifest)?.directories;
  return paths.directories().map((path) => {
    const owner = owners?.get(path);
    return { ...attributes, mode: 0o755, ...owner, kind: 'directory', path };
  });
}
