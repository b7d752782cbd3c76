import type { ContentDescriptor, LayerOrigin } from '@block-pack/core';
import { everyPastHasBlob } from './every-past.ts';
import type { Held } from './held.ts';
import type { FoundImports, WantedContents } from './wanted-contents.ts';

/** Where a site gets each layer from; layers of others are carried, as far as is known here. */
export function layerOrigins(
  { layers, imports }: WantedContents,
  pasts: readonly Held[],
): readonly LayerOrigin[] {
  return layers.map((layer) => originOf(layer, imports, pasts));
}

function originOf(
  { mediaType, digest, size }: ContentDescriptor,
  { layers, importsLayers }: FoundImports,
  pasts: readonly Held[],
): LayerOrigin {
  const blob = { digest, size };
  if (everyPastHasBlob(pasts, blob)) return { ...blob, origin: 'present' };
  const file = layers.get(digest);
  if (file !== undefined) return { ...blob, origin: 'segments', imports: file.digest };
  const files = importsLayers.get(digest);
  if (files === undefined) return { ...blob, origin: 'carried', mediaType };
  return { ...blob, origin: 'imports', files: files.map(({ name, digest: imports }) => ({ name, imports })) };
}
