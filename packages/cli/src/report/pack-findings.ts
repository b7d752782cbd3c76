import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BlockPackError,
  type Digest,
  digestHex,
  digestOf,
  encodeImportManifest,
  type Import,
  type ImportManifest,
  type Packed,
} from '@block-pack/core';
import { isPackFindings, type PackFindings } from '@block-pack/report';
import { type Store, writeFileAtomic } from '@block-pack/store';

/** Bytes of a file of findings that are read; a thousand packages need a hundred thousand. */
const sizeLimit = 64 << 20;

/**
 * Keeps beside the blocks what a pack found out and no import manifest says, since that depends on the input alone: whether packages are as
 * published, and whether the application asks for them itself. It is kept by the manifest's digest, and may be forgotten at any time.
 */
export async function keepFindings({ manifest, imports }: Packed, store: Store): Promise<void> {
  const rows = imports.flatMap(({ line, component }) => {
    const { integrity, relation, scope, isOptional, resolvedAs, hasInstallScript } = component;
    const found: PackFindings = {
      ...(integrity === undefined ? {} : { integrity }),
      ...(relation === undefined ? {} : { relation }),
      ...(scope === undefined ? {} : { scope }),
      ...(isOptional === undefined ? {} : { isOptional }),
      ...(resolvedAs === undefined ? {} : { resolvedAs }),
      ...(hasInstallScript === undefined ? {} : { hasInstallScript }),
    };
    return Object.keys(found).length === 0 ? [] : [[lineKey(line), found]];
  });
  await writeFileAtomic(findingsFile(manifest, store.cacheDirectory), `${JSON.stringify(rows)}\n`);
}

/** What is known of an import; undefined where nothing is. */
export type RecalledFindings = (line: Import) => PackFindings | undefined;

/** What the packs of these manifests found, as far as the store remembers it. */
export function recallFindings(
  manifests: readonly ImportManifest[],
  store: Store | undefined,
): RecalledFindings {
  const found = new Map<string, PackFindings>();
  if (store !== undefined)
    for (const manifest of manifests)
      for (const [key, one] of readFindings(manifest, store)) found.set(key, one);
  return (line) => found.get(lineKey(line));
}

/** What cannot be read, whatever the reason, is not known. */
function readFindings(manifest: ImportManifest, store: Store): readonly (readonly [string, PackFindings])[] {
  try {
    const bytes = readFileSync(findingsFile(manifest, store.cacheDirectory));
    const rows: unknown = bytes.length > sizeLimit ? [] : JSON.parse(bytes.toString());
    return Array.isArray(rows) ? rows.filter(isRow) : [];
  } catch (error) {
    if (error instanceof BlockPackError || error instanceof SyntaxError || isErrno(error)) return [];
    throw error;
  }
}

function isRow(row: unknown): row is readonly [string, PackFindings] {
  return Array.isArray(row) && row.length === 2 && typeof row[0] === 'string' && isPackFindings(row[1]);
}

function isErrno(error: unknown): boolean {
  return error instanceof Error && 'errno' in error;
}

function findingsFile(manifest: ImportManifest, directory: string): string {
  const digest: Digest = digestOf(new TextEncoder().encode(encodeImportManifest(manifest)));
  return join(directory, `findings-${digestHex(digest)}.json`);
}

/** A block is what was published under one name, and nothing under another. */
function lineKey({ path, digest, attributes }: Import): string {
  return JSON.stringify([path, digest, attributes.get('purl') ?? '']);
}
