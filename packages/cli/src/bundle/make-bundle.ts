import {
  type BlobSource,
  type BundleDocument,
  bytesOf,
  type ContentDescriptor,
  carriedBlobs,
  checkSignal,
  collect,
  type Digest,
  digestOf,
  documentLimit,
  encodeBundle,
  encodeBundleIndex,
  encodeImportManifest,
  encodeImportsLayer,
  fetchBlocks,
  type Import,
  type ImportsFile,
  imageDocumentKind,
  importSize,
  type LayerOrigin,
  Measure,
  readImportsLayers,
  recipeOf,
  type WantedImage,
} from '@block-pack/core';
import { type Closure, closureOf, type Images } from '@block-pack/store';
import { byteSize } from '../byte-size.ts';
import type { CommandContext } from '../command.ts';
import type { BundleBlob } from './bundle-file.ts';
import { findCompanions } from './companions.ts';
import type { Held } from './held-images.ts';
import { joinedBlobs } from './held-images.ts';
import { type SentLayer, writeLayers } from './layer-tars.ts';
import type { ScratchBlobs } from './scratch-blobs.ts';
import { type Spares, sparesOf, withoutSpares } from './spares.ts';
import type { Text } from './text-search.ts';
import { type PackedGroup, type Sent, sizeOf, writeGroups } from './write-groups.ts';

/** What a bundle is made of. */
export interface BundleSources {
  readonly wanted: readonly Wanted[];
  /** One for each past that a site may have. */
  readonly pasts: readonly Held[];
  /** Builds upon nothing that a site has, and brings that as well. */
  readonly selfContained?: boolean;
  readonly scratch: ScratchBlobs;
  readonly context: Pick<CommandContext, 'signal' | 'progress' | 'warn'>;
}

/** An image that a site wants, and the place that it is in. */
export interface Wanted {
  readonly images: Images;
  readonly root: ContentDescriptor;
  readonly name?: string;
}

/** A bundle that has not been written yet. */
export interface MadeBundle {
  readonly document: BundleDocument;
  /** It stands for the whole. */
  readonly artifact: ContentDescriptor;
  readonly index: Uint8Array;
  readonly blobs: readonly BundleBlob[];
  /** Bytes that the images have in all, with their companions. */
  readonly imageBytes: number;
  /** Blocks that travel. */
  readonly sent: readonly Sent[];
  /** Of the bundle: what they have with the texts. */
  readonly sentBytes: number;
  /** Layers of others that travel, or are packed again at the site; without spares, as the blocks. */
  readonly sentLayers: readonly SentLayer[];
  /** Of a self-contained bundle. */
  readonly spares?: Spares;
}

/** @throws BLOB_MISSING, IMAGE_INVALID and what reading images throws */
export async function makeBundle(sources: BundleSources): Promise<MadeBundle> {
  const { wanted, context } = sources;
  const blobs = joinedBlobs(...wanted.map(({ images }) => images.blobs));
  const companions = await findCompanions(wanted, context);
  const roots = [...wanted.map(({ root }) => root), ...companions];
  const closure = await closureOf(roots, blobs, context.signal);
  const found = await findImports(closure, blobs);
  const isConfig = ({ mediaType }: ContentDescriptor) => imageDocumentKind(mediaType) === 'config';
  const documents = [...closure.documents, ...closure.leaves.filter(isConfig)];
  const basis = sources.selfContained ? { ...sources, pasts: [] } : sources;
  const leaves = closure.leaves
    .filter((leaf) => !isConfig(leaf))
    .map((leaf) => originOf(leaf, found, basis.pasts));
  const { blocks, texts } = await newObjects(leaves, found, blobs, basis);
  const newDocuments = await newTexts(documents, blobs, basis.pasts);
  const objects = { blocks, texts: [...texts, ...newDocuments] };
  const { fresh, spare } = await withoutSpares(objects, sources.pasts);
  const written = await writeGroups(fresh, basis);
  const { groups: spares } = await writeGroups(spare, basis);
  const { origins, groups: tars, sent: sentLayers } = await writeLayers(leaves, closure, blobs, basis);
  const isSpare = (layer: SentLayer) =>
    sources.pasts.length > 0 && sources.pasts.every((past) => past.hasBlob(layer));
  const groups = [...textsFirst([...written.groups, ...spares]), ...tars];
  const document: BundleDocument = {
    version: 1,
    images: wanted.map(asWanted),
    ...(companions.length > 0 && { companions }),
    documents: documents.map(({ digest }) => digest),
    layers: origins,
    groups: groups.map(({ group }) => group),
  };
  const payload = await payloadOf(groups, sources);
  const { list, artifact } = encodeBundle(document, payload);
  const carried = joinedBlobs(sources.scratch, blobs);
  return {
    document,
    artifact: artifact.descriptor,
    index: encodeBundleIndex(artifact.descriptor),
    blobs: [
      ...carriedBlobs(document).map((one) => ({ ...one, read: () => carried.read(one.digest) })),
      ...(payload === undefined ? [] : [payload]),
      ...[list, artifact].map(({ descriptor, bytes }) => ({ ...descriptor, read: () => bytesOf(bytes) })),
    ],
    sent: written.blocks,
    sentBytes: sizeOf(written.groups),
    sentLayers: sentLayers.filter((layer) => !isSpare(layer)),
    ...(sources.selfContained && { spares: sparesOf(spares, sentLayers.filter(isSpare)) }),
    imageBytes: [...closure.leaves, ...closure.documents].reduce((sum, one) => sum + one.size, 0),
  };
}

/** They say what else is needed. */
function textsFirst(groups: readonly PackedGroup[]): readonly PackedGroup[] {
  const texts = groups.filter(({ group }) => group.holds === 'texts');
  return [...texts, ...groups.filter((one) => !texts.includes(one))];
}

/** What the groups have, one behind the other. */
async function payloadOf(
  groups: readonly PackedGroup[],
  { scratch, context }: BundleSources,
): Promise<BundleBlob | undefined> {
  if (groups.length === 0) return undefined;
  const read = async function* () {
    for (const { payload } of groups) yield* scratch.read(payload);
  };
  const measure = new Measure();
  for await (const chunk of read()) {
    checkSignal(context.signal);
    measure.add(chunk);
  }
  return { digest: measure.digest(), size: measure.size, read };
}

function asWanted({ root: { mediaType, digest, size }, name }: Wanted): WantedImage {
  return { mediaType, digest, size, ...(name !== undefined && { name }) };
}

/** What the imports layers of an image say about its layers. */
interface FoundImports {
  /** By the digest of the layer that an import manifest explains. */
  readonly layers: ReadonlyMap<Digest, FoundFile>;
  /** By the digests of imports layers that can be written again to the byte. */
  readonly importsLayers: ReadonlyMap<Digest, readonly FoundFile[]>;
}

/** An import manifest as it stands in an image. */
interface FoundFile extends ImportsFile, Text {}

async function findImports({ manifests }: Closure, blobs: BlobSource): Promise<FoundImports> {
  const layers = new Map<Digest, FoundFile>();
  const importsLayers = new Map<Digest, readonly FoundFile[]>();
  for (const [digest, manifest] of manifests) {
    if (imageDocumentKind(manifest.config.mediaType) !== 'config') continue;
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

function originOf(
  { mediaType, digest, size }: ContentDescriptor,
  { layers, importsLayers }: FoundImports,
  pasts: readonly Held[],
): LayerOrigin {
  const blob = { digest, size };
  if (pasts.length > 0 && pasts.every((past) => past.hasBlob(blob))) return { ...blob, origin: 'present' };
  const file = layers.get(digest);
  if (file !== undefined) return { ...blob, origin: 'segments', imports: file.digest };
  const files = importsLayers.get(digest);
  if (files === undefined) return { ...blob, origin: 'carried', mediaType };
  return { ...blob, origin: 'imports', files: files.map(({ name, digest: imports }) => ({ name, imports })) };
}

/** What has to travel: texts, and blocks, which lie in the scratch directory by then. */
export interface NewObjects {
  readonly texts: readonly Text[];
  /** Each block once, as it is first imported. */
  readonly blocks: readonly Import[];
}

async function newObjects(
  origins: readonly LayerOrigin[],
  { layers }: FoundImports,
  source: BlobSource,
  { pasts, scratch, context }: BundleSources,
): Promise<NewObjects> {
  const knows = async (digest: Digest, size?: number) => {
    for (const past of pasts) if (!(await past.has(digest, size))) return false;
    return pasts.length > 0;
  };
  const texts: FoundFile[] = [];
  const blocks = new Map<Digest, Import>();
  for (const { digest, size, origin } of origins) {
    const file = layers.get(digest);
    if (origin !== 'segments' || file === undefined) continue;
    checkSignal(context.signal);
    context.progress.show(`reading a layer of ${byteSize(size)}`);
    if (!pasts.every(({ texts: known }) => known.has(file.digest)) || pasts.length === 0) texts.push(file);
    for (const line of file.manifest.imports)
      if (!blocks.has(line.digest) && !(await knows(line.digest, importSize(line))))
        blocks.set(line.digest, line);
    await fetchBlocks(file.manifest, {
      blocks: {
        has: async (one, bytes) => (await scratch.has(one, bytes)) || knows(one, bytes),
        read: (one, range) => scratch.read(one, range),
        write: (content, expected, about) => scratch.write(content, expected, about),
      },
      signal: context.signal,
      fetch: (range) => source.read(digest, range),
    });
  }
  return { texts, blocks: [...blocks.values()] };
}

/** Documents that a site may lack. */
async function newTexts(
  documents: readonly ContentDescriptor[],
  blobs: BlobSource,
  pasts: readonly Held[],
): Promise<readonly Text[]> {
  const texts: Text[] = [];
  for (const { mediaType, digest, size } of documents) {
    const known = await Promise.all(pasts.map((past) => past.has(digest, size)));
    if (pasts.length > 0 && known.every(Boolean)) continue;
    texts.push({ name: mediaType, digest, text: await collect(blobs.read(digest), documentLimit, digest) });
  }
  return texts;
}
