import {
  type BlobSource,
  type BundleDocument,
  bytesOf,
  type ContentDescriptor,
  carriedBlobs,
  encodeBundle,
  encodeBundleIndex,
  type LayerOrigin,
  mostNames,
  type WantedImage,
} from '@block-pack/core';
import type { Closure, Images, ScratchBlobs } from '@block-pack/store';
import type { CommandContext } from '../command.ts';
import type { BundleBlob } from './bundle-file.ts';
import { bundlePayload } from './bundle-payload.ts';
import { everyPastHasBlob } from './every-past.ts';
import type { Held } from './held.ts';
import { joinedBlobs } from './joined-blobs.ts';
import { layerOrigins } from './layer-origins.ts';
import { type SentLayer, writeLayers } from './layer-tars.ts';
import { newObjects } from './new-objects.ts';
import { type PackedGroup, type Sent, sizeOf } from './pack-groups.ts';
import { type Spares, sparesOf, withoutSpares } from './spares.ts';
import { type WantedContents, wantedContents } from './wanted-contents.ts';
import { writeGroups } from './write-groups.ts';

/** What a bundle is made of. */
export interface BundleSources {
  readonly wanted: readonly Wanted[];
  /** One for each past that a site may have. */
  readonly pasts: readonly Held[];
  /** What the pasts are called, and what a site has besides. */
  readonly since?: readonly string[];
  readonly have?: readonly string[];
  /** Builds upon nothing that a site has, and brings that as well. */
  readonly selfContained?: boolean;
  /** Whether as much is mixed as may be, however long it takes to apply. */
  readonly isSmallest?: boolean;
  /** Bytes of objects in a group, about; 128 MiB unless said. */
  readonly groupSize?: number;
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
  const contents = await wantedContents(sources);
  const travels = await writeContents(contents, sources);
  const document = documentOf(contents, travels, sources);
  const { sent, sentBytes, sentLayers, spares } = travels;
  return {
    document,
    ...(await bundleOf(document, travels.groups, contents.blobs, sources)),
    imageBytes: imageBytesOf(contents.closure),
    sent,
    sentBytes,
    sentLayers,
    ...(sources.selfContained && { spares }),
  };
}

/** What a site needs, as groups and layers that travel. */
interface Travels extends Pick<MadeBundle, 'sent' | 'sentBytes' | 'sentLayers'> {
  readonly origins: readonly LayerOrigin[];
  /** In the order of the bundle. */
  readonly groups: readonly PackedGroup[];
  readonly spares: Spares;
}

async function writeContents(contents: WantedContents, sources: BundleSources): Promise<Travels> {
  const basis = sources.selfContained ? { ...sources, pasts: [] } : sources;
  const origins = layerOrigins(contents, basis.pasts);
  const objects = await newObjects(origins, contents, basis);
  const { fresh, spare } = await withoutSpares(objects, sources.pasts);
  const written = await writeGroups(fresh, basis);
  const { groups: spares } = await writeGroups(spare, basis, 'spare blocks');
  const layers = await writeLayers(origins, contents.closure, contents.blobs, basis);
  const isSpare = (layer: SentLayer) => everyPastHasBlob(sources.pasts, layer);
  return {
    origins: layers.origins,
    groups: [...textsFirst([...written.groups, ...spares]), ...layers.groups],
    sent: written.blocks,
    sentBytes: sizeOf(written.groups),
    sentLayers: layers.sent.filter((layer) => !isSpare(layer)),
    spares: sparesOf(spares, layers.sent.filter(isSpare)),
  };
}

/** They say what else is needed. */
function textsFirst(groups: readonly PackedGroup[]): readonly PackedGroup[] {
  const texts = groups.filter(({ group }) => group.holds === 'texts');
  return [...texts, ...groups.filter((one) => !texts.includes(one))];
}

function documentOf(
  { companions, documents }: WantedContents,
  { origins, groups }: Travels,
  { wanted, since = [], have = [] }: BundleSources,
): BundleDocument {
  return {
    version: 1,
    images: wanted.map(asWanted),
    ...(companions.length > 0 && { companions }),
    ...(since.length > 0 && { since: since.slice(0, mostNames) }),
    ...(have.length > 0 && { have: have.slice(0, mostNames) }),
    documents: documents.map(({ digest }) => digest),
    layers: origins,
    groups: groups.map(({ group }) => group),
  };
}

function asWanted({ root: { mediaType, digest, size }, name }: Wanted): WantedImage {
  return { mediaType, digest, size, ...(name !== undefined && { name }) };
}

/** The artifact that stands for the bundle, and all that it leads to. */
async function bundleOf(
  document: BundleDocument,
  groups: readonly PackedGroup[],
  blobs: BlobSource,
  { scratch, context }: BundleSources,
): Promise<Pick<MadeBundle, 'artifact' | 'index' | 'blobs'>> {
  const payload = await bundlePayload(groups, { scratch, context });
  const { list, artifact } = encodeBundle(document, payload);
  const carried = joinedBlobs(scratch, blobs);
  return {
    artifact: artifact.descriptor,
    index: encodeBundleIndex(artifact.descriptor),
    blobs: [
      ...carriedBlobs(document).map((one) => ({ ...one, read: () => carried.read(one.digest) })),
      ...(payload === undefined ? [] : [payload]),
      ...[list, artifact].map(({ descriptor, bytes }) => ({ ...descriptor, read: () => bytesOf(bytes) })),
    ],
  };
}

function imageBytesOf({ leaves, documents }: Closure): number {
  return [...leaves, ...documents].reduce((sum, one) => sum + one.size, 0);
}
