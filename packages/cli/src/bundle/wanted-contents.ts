import {
  type BlobSource,
  type Companion,
  type ContentDescriptor,
  type Digest,
  digestOf,
  encodeImportManifest,
  encodeImportsLayer,
  type ImportsFile,
  imageDocumentKind,
  readImportsLayers,
  recipeOf,
} from '@block-pack/core';
import { type Closure, closureOf, type PlaceBlobs } from '@block-pack/store';
import { findCompanions } from './companions.ts';
import { joinedBlobs } from './joined-blobs.ts';
import type { BundleSources } from './make-bundle.ts';
import type { Text } from './text-search.ts';

/** All that the wanted images and their companions are made of. */
export interface WantedContents {
  readonly blobs: PlaceBlobs;
  readonly companions: readonly Companion[];
  readonly closure: Closure;
  /** Indexes, manifests and configs. */
  readonly documents: readonly ContentDescriptor[];
  /** What leads nowhere, and is no config. */
  readonly layers: readonly ContentDescriptor[];
  readonly imports: FoundImports;
}

/** What the imports layers of an image say about its layers. */
export interface FoundImports {
  /** By the digest of the layer that an import manifest explains. */
  readonly layers: ReadonlyMap<Digest, FoundFile>;
  /** By the digests of imports layers that can be written again to the byte. */
  readonly importsLayers: ReadonlyMap<Digest, readonly FoundFile[]>;
}

/** An import manifest as it stands in an image. */
export interface FoundFile extends ImportsFile, Text {}

export async function wantedContents({ wanted, context }: BundleSources): Promise<WantedContents> {
  const blobs = joinedBlobs(...wanted.map(({ images }) => images.blobs));
  const companions = await findCompanions(wanted, context);
  const roots = [...wanted.map(({ root }) => root), ...companions];
  const closure = await closureOf(roots, blobs, context.signal);
  const { documents, leaves } = closure;
  return {
    blobs,
    companions,
    closure,
    documents: [...documents, ...leaves.filter(isConfig)],
    layers: leaves.filter((leaf) => !isConfig(leaf)),
    imports: await findImports(closure, blobs),
  };
}

function isConfig({ mediaType }: ContentDescriptor): boolean {
  return imageDocumentKind(mediaType) === 'config';
}

async function findImports({ manifests }: Closure, blobs: BlobSource): Promise<FoundImports> {
  const layers = new Map<Digest, FoundFile>();
  const importsLayers = new Map<Digest, readonly FoundFile[]>();
  for (const [digest, manifest] of manifests) {
    if (!isConfig(manifest.config)) continue;
    for (const { layer, files } of await readImportsLayers(manifest, blobs, `The image ${digest}`)) {
      const texts = files.map(withText);
      for (const file of texts) layers.set(recipeOf(file).layer.digest, file);
      const again = await encodeImportsLayer(files);
      if (manifest.layers[layer]?.digest === again.digest) importsLayers.set(again.digest, texts);
    }
  }
  return { layers, importsLayers };
}

function withText(file: ImportsFile): FoundFile {
  const text = new TextEncoder().encode(encodeImportManifest(file.manifest));
  return { ...file, text, digest: digestOf(text) };
}
