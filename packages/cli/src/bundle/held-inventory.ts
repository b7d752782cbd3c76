import {
  compareBytewise,
  type Digest,
  type Import,
  type Inventory,
  type InventoryEntry,
  imageDocumentKind,
  importSize,
  importsArtifactType,
} from '@block-pack/core';
import type { HeldText } from './held.ts';

/** What a site has, as it is listed. */
export interface HeldThings {
  readonly texts: ReadonlyMap<Digest, HeldText>;
  readonly imports: readonly Import[];
  readonly blobs: ReadonlyMap<Digest, { readonly size: number; readonly mediaType: string }>;
  /** Blocks that lie in layers, each once. */
  readonly blocks: readonly Import[];
}

/** All that there is, for whoever is to make a bundle for it. */
export function inventoryOf({ texts, imports, blobs, blocks }: HeldThings): Inventory {
  const purls = purlsOf(imports);
  const described = (digest: Digest, size: number) => {
    const purl = purls.get(digest);
    return { digest, size, ...(purl !== undefined && { purl }) };
  };
  const entries: InventoryEntry[] = [];
  for (const [digest, { bytes }] of texts) entries.push({ kind: 'imports', digest, size: bytes.length });
  for (const [digest, { size, mediaType }] of blobs) {
    const document = imageDocumentKind(mediaType);
    if (mediaType === importsArtifactType) continue;
    if (document === undefined || document === 'config')
      entries.push({ kind: 'blob', ...described(digest, size) });
    else entries.push({ kind: 'image', digest, size });
  }
  for (const line of blocks) {
    const size = importSize(line);
    if (size !== undefined && !blobs.has(line.digest))
      entries.push({ kind: 'block', ...described(line.digest, size) });
  }
  return { entries };
}

/** Where a block has several, the first by its bytes. */
function purlsOf(imports: readonly Import[]): ReadonlyMap<Digest, string> {
  const purls = new Map<Digest, string>();
  for (const { digest, attributes } of imports) {
    const purl = attributes.get('purl');
    const known = purls.get(digest);
    if (purl !== undefined && (known === undefined || compareBytewise(purl, known) < 0))
      purls.set(digest, purl);
  }
  return purls;
}
