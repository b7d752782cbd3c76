import {
  type AssembledImage,
  type AssembledLayer,
  assembleImage,
  assembleLayer,
  bytesOf,
  defaultEncoding,
  type EncodedImportsLayer,
  type EncodingId,
  encodeImportsLayer,
  type ImageSettings,
  type ImportsFile,
  importsLimit,
  importsRoom,
  importsTar,
  placeOverBase,
  type SegmentMemory,
} from '@block-pack/core';
import type { Store } from '@block-pack/store';
import { byteSize } from '../byte-size.ts';
import type { CommandContext } from '../command.ts';
import type { Base } from './base-images.ts';
import { type LayerMemory, layerStamp } from './layer-memory.ts';

/** What is the same for all platforms of an image. */
export interface ImagePlan {
  /** Sorted by name. */
  readonly sources: readonly ImportsFile[];
  readonly settings: ImageSettings;
  readonly annotations: ReadonlyMap<string, string>;
  readonly created: string;
  /** The packer's own where it is not said. */
  readonly encoding: EncodingId | undefined;
  readonly replaceBaseFiles: boolean;
}

/** An image that is in the store, blobs and documents. */
export interface BuiltImage extends AssembledImage {
  readonly base: Base;
  readonly layers: readonly BuiltLayer[];
  readonly importsLayer: EncodedImportsLayer;
}

export interface BuiltLayer extends AssembledLayer {
  readonly name: string;
}

/** Where layers of before can be had. */
export interface Memories {
  readonly layers: LayerMemory;
  readonly segments: SegmentMemory;
}

/** @throws IMPORT_COLLISION, BLOB_MISSING, DIGEST_MISMATCH, USAGE, INTERRUPTED */
export async function buildImage(
  plan: ImagePlan,
  base: Base,
  memories: Memories,
  store: Store,
  context: CommandContext,
): Promise<BuiltImage> {
  const room = await roomUpon(base, store);
  // Again when the layers are known, and their manifests longer; but those would be long work for nothing.
  await importsTar(plan.sources, room);
  const placed = await placeOverBase(plan.sources, store, base.view, {
    replace: plan.replaceBaseFiles,
    signal: context.signal,
    warn: (warning) => context.warn(warning),
  });
  const layers: BuiltLayer[] = [];
  for (const source of placed) {
    const encoding = plan.encoding ?? defaultEncoding(source.manifest.packer);
    layers.push(await buildLayer(source, encoding, base, memories, store, context));
  }
  warnOfDepth(layers.length + 1 + (base.image?.manifest.layers.length ?? 0), context);
  return { base, layers, ...(await writeDocuments(plan, base, layers, room, store)) };
}

/** Bytes that import manifests can have beside those of the base. */
async function roomUpon({ image }: Base, store: Store): Promise<number> {
  return image === undefined ? importsLimit : importsRoom(image.manifest, store, 'the base');
}

async function buildLayer(
  { name, manifest }: ImportsFile,
  encoding: EncodingId,
  { directories }: Base,
  memories: Memories,
  store: Store,
  { signal, progress }: CommandContext,
): Promise<BuiltLayer> {
  const stamp = layerStamp(manifest, encoding, directories);
  const known = await memories.layers.find(name, stamp);
  if (known !== undefined) return known;
  const layer = await assembleLayer(manifest, {
    blocks: store,
    encoding,
    directories,
    segments: memories.segments,
    copier: store,
    signal,
    onProgress: ({ segments, totalSegments, bytes }) =>
      progress.show(`assembling ${name}, ${segments} of ${totalSegments} segments, ${byteSize(bytes)}`),
    write: (content, expected, about) => store.write(content, expected, about),
  });
  const built = { ...layer, name };
  await memories.layers.keep(stamp, built);
  return built;
}

async function writeDocuments(
  plan: ImagePlan,
  base: Base,
  imports: readonly ImportsFile[],
  room: number,
  store: Store,
): Promise<AssembledImage & { importsLayer: EncodedImportsLayer }> {
  const importsLayer = await encodeImportsLayer(imports, room);
  const image = assembleImage({
    base: base.image,
    platform: base.platform,
    imports,
    importsLayer,
    settings: plan.settings,
    created: plan.created,
    annotations: Object.fromEntries(plan.annotations),
  });
  for (const bytes of [importsLayer.bytes, image.config.bytes, image.manifest.bytes])
    await store.write(bytesOf(bytes));
  return { ...image, importsLayer };
}

/** Layers that Docker can lay over each other. */
const dockerDepth = 125;

function warnOfDepth(layers: number, context: CommandContext): void {
  if (layers <= dockerDepth) return;
  context.warn({
    code: 'MANY_LAYERS',
    message: `The image has ${layers} layers; Docker refuses more than ${dockerDepth}`,
  });
}
