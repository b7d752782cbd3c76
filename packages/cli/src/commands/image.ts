import {
  BlockPackError,
  bytesOf,
  type ContentDescriptor,
  convertImage,
  type EncodingId,
  emptyConfig,
  encodeImageIndex,
  encodingIds,
  type ImageForm,
  imageIndexMediaType,
} from '@block-pack/core';
import { openSegmentMemory, openStore, type Place, parsePlace, type Store } from '@block-pack/store';
import type { CommandContext, Outcome } from '../command.ts';
import { type Base, openBases } from '../image/base-images.ts';
import { type BuiltImage, buildImage, type ImagePlan } from '../image/build-image.ts';
import {
  createdTime,
  parsePairs,
  parsePlatforms,
  parseSettings,
  type SettingOptions,
} from '../image/image-settings.ts';
import { imageDocument, imageText } from '../image/image-summary.ts';
import { readSources } from '../image/import-sources.ts';
import { joinImages, type PlatformImage, sortByPlatform } from '../image/joined-images.ts';
import { type Publication, publishFromStore } from '../image/publish-image.ts';
import { checkTag } from '../tag-name.ts';

export interface ImageCommandOptions extends SettingOptions {
  readonly output: string;
  readonly base: string;
  readonly files?: readonly string[];
  readonly platform?: readonly string[];
  readonly annotation?: readonly string[];
  readonly join?: readonly string[];
  readonly form: string;
  readonly encoding?: string;
  readonly replaceBaseFiles?: boolean;
  readonly tag?: string;
}

/** A published image, and what it was made of. */
export interface ImageResult {
  readonly form: ImageForm;
  readonly root: ContentDescriptor;
  readonly built: readonly BuiltImage[];
  readonly images: readonly PlatformImage[];
  readonly output: Publication;
}

export async function image(
  manifests: readonly string[],
  options: ImageCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  const place = parsePlace(options.output, context.directory);
  const form = parseForm(options.form);
  const platforms = parsePlatforms(options.platform);
  const settings = parseSettings(options);
  const annotations = parsePairs('--annotation', options.annotation ?? []);
  const created = createdTime(process.env.SOURCE_DATE_EPOCH);
  const encoding = parseEncodingOption(options.encoding);
  if (options.tag !== undefined) checkTag(options.tag);
  refuseNativeForDocker(form, place);
  const { files = [], join = [] } = options;
  refuseNothing(manifests, files, join);

  const store = await openStore(context.storeDirectory, { create: true });
  const lease = await store.lease();
  try {
    const sources = await readSources({ manifests, files }, place.path, store, context);
    const bases = sources.length === 0 ? [] : await openBases(options.base, platforms, store, context);
    const replaceBaseFiles = options.replaceBaseFiles === true;
    const plan = { sources, settings, annotations, created, encoding, replaceBaseFiles };
    const built = await buildAll(plan, bases, store, context);
    const images = await withJoined(built, join, store, context);
    const root = await inForm(form, await rootOf(images, store), store, options.output);
    const output = await publishFromStore(root, place, options.tag, store, context);
    const result = { form, root, built, images, output };
    return { document: imageDocument(result), text: (console) => imageText(result, console), exitCode: 0 };
  } finally {
    await lease.release();
  }
}

/** @throws USAGE */
export function parseForm(text: string): ImageForm {
  if (text === 'standard' || text === 'native') return text;
  throw new BlockPackError('USAGE', `--form ${text} is not known`, { hint: 'Choose standard or native.' });
}

/** A native image is an index: its blocks go with it. Said before anything is made. @throws USAGE */
export function refuseNativeForDocker(form: ImageForm, { kind, text }: Place): void {
  if (form === 'standard' || kind !== 'docker-archive') return;
  throw new BlockPackError('USAGE', `${text} cannot hold an image in native form`, {
    hint: 'Docker does not place blocks. Write oci:DIR or oci-archive:FILE, or make the standard form.',
    details: { place: text },
  });
}

function parseEncodingOption(text: string | undefined): EncodingId | undefined {
  const known = encodingIds.find((id) => id === text);
  if (text === undefined || known !== undefined) return known;
  throw new BlockPackError('USAGE', `--encoding ${text} is not known`, {
    hint: `Choose one of ${encodingIds.join(', ')}.`,
  });
}

function refuseNothing(...lists: readonly (readonly string[])[]): void {
  if (lists.some((list) => list.length > 0)) return;
  throw new BlockPackError('USAGE', 'Nothing is given to make an image of', {
    hint: 'Name import manifests (block-pack java target/lib writes one), or directories with --files DIR:/path.',
  });
}

async function buildAll(
  plan: ImagePlan,
  bases: readonly Base[],
  store: Store,
  context: CommandContext,
): Promise<BuiltImage[]> {
  const segments = openSegmentMemory(store);
  const built: BuiltImage[] = [];
  for (const base of bases) built.push(await buildImage(plan, base, segments, store, context));
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
  await store.write(bytesOf(emptyConfig.bytes));
  for (const { bytes } of converted.documents) await store.write(bytesOf(bytes));
  return converted.root;
}
