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
  placeOverBase,
} from '@block-pack/core';
import type { openSegmentMemory, Store } from '@block-pack/store';
import { byteSize } from '../byte-size.ts';
import type { CommandContext } from '../command.ts';
import type { Base } from './base-images.ts';

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

/** @throws IMPORT_COLLISION, BLOB_MISSING, DIGEST_MISMATCH, USAGE, INTERRUPTED */
export async function buildImage(
  plan: ImagePlan,
  base: Base,
  segments: ReturnType<typeof openSegmentMemory>,
  store: Store,
  context: CommandContext,
): Promise<BuiltImage> {
  const { signal } = context;
  const placed = await placeOverBase(plan.sources, store, base.view, {
    replace: plan.replaceBaseFiles,
    signal,
    warn: (warning) => context.warn(warning),
  });
  const layers: BuiltLayer[] = [];
  for (const { name, manifest } of placed) {
    const layer = await assembleLayer(manifest, {
      blocks: store,
      encoding: plan.encoding ?? defaultEncoding(manifest.packer),
      directories: base.directories,
      segments,
      signal,
      onProgress: ({ segments: done, totalSegments, bytes }) =>
        context.progress.show(`assembling ${name}, ${done} of ${totalSegments} segments, ${byteSize(bytes)}`),
      write: (content, expected) => store.write(content, expected),
    });
    layers.push({ ...layer, name });
  }
  warnOfDepth(layers.length + 1 + (base.image?.manifest.layers.length ?? 0), context);
  return { base, layers, ...(await writeDocuments(plan, base, layers, store)) };
}

async function writeDocuments(
  plan: ImagePlan,
  base: Base,
  imports: readonly ImportsFile[],
  store: Store,
): Promise<AssembledImage & { importsLayer: EncodedImportsLayer }> {
  const importsLayer = await encodeImportsLayer(imports);
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
