import {
  bytesOf,
  type ContentDescriptor,
  convertImage,
  encodeImageIndex,
  type ImageForm,
  imageIndexMediaType,
} from '@block-pack/core';
import { openSegmentMemory, openStore, type Store } from '@block-pack/store';
import type { CommandContext, Outcome } from '../command.ts';
import { openBases } from '../image/base-images.ts';
import { type BuiltImage, buildImage } from '../image/build-image.ts';
import { type ImageCall, type ImageOptions, parseCall } from '../image/image-call.ts';
import { type ImageDocument, imageDocument, imageText } from '../image/image-summary.ts';
import { readSources } from '../image/import-sources.ts';
import { joinImages, type PlatformImage, sortByPlatform } from '../image/joined-images.ts';
import { LayerMemory } from '../image/layer-memory.ts';
import { publishFromStore } from '../image/publish-image.ts';

export interface ImageOutcome extends Outcome {
  readonly document: ImageDocument;
}

export async function image(
  manifests: readonly string[],
  options: ImageOptions,
  context: CommandContext,
): Promise<ImageOutcome> {
  const call = parseCall(manifests, options, context.directory, process.env.SOURCE_DATE_EPOCH);
  const store = await openStore(context.storeDirectory, { create: true });
  const lease = await store.lease();
  try {
    const built = await buildAll(call, store, context);
    const images = await withJoined(built, call.join, store, context);
    const root = await inForm(call.output.form, await rootOf(images, store), store, options.output);
    const output = await publishFromStore(root, call.output, store, context);
    const result = { form: call.output.form, root, built, images, output };
    return { document: imageDocument(result), text: (console) => imageText(result, console), exitCode: 0 };
  } finally {
    await lease.release();
  }
}

async function buildAll(call: ImageCall, store: Store, context: CommandContext): Promise<BuiltImage[]> {
  const sources = await readSources(call, store, context);
  if (sources.length === 0) return [];
  const layers = await LayerMemory.open(call.output.place.path, store);
  const memories = { layers, segments: openSegmentMemory(store) };
  const built: BuiltImage[] = [];
  for (const base of await openBases(call.base, call.platforms, store, context))
    built.push(await buildImage({ ...call.plan, sources }, base, memories, store, context));
  await layers.save();
  return built;
}

async function withJoined(
  built: readonly BuiltImage[],
  places: readonly string[],
  store: Store,
  context: CommandContext,
): Promise<readonly PlatformImage[]> {
  const images = built.map(({ base: { platform }, manifest: { descriptor } }) => ({ platform, descriptor }));
  for (const place of places) images.push(...(await joinImages(place, store, context)));
  return sortByPlatform(images);
}

/** One image is its own root; several stand in an index. */
async function rootOf(images: readonly PlatformImage[], store: Store): Promise<ContentDescriptor> {
  const [only, ...others] = images;
  if (only !== undefined && others.length === 0) return only.descriptor;
  const { bytes, descriptor } = encodeImageIndex({
    schemaVersion: 2,
    mediaType: imageIndexMediaType,
    manifests: images.map(({ platform, descriptor: member }) => ({ ...member, platform })),
  });
  await store.write(bytesOf(bytes));
  return descriptor;
}

async function inForm(
  form: ImageForm,
  root: ContentDescriptor,
  store: Store,
  name: string,
): Promise<ContentDescriptor> {
  if (form === 'standard') return root;
  const converted = await convertImage(root, form, store, name);
  for (const { bytes } of converted.documents) await store.write(bytesOf(bytes));
  return converted.root;
}
