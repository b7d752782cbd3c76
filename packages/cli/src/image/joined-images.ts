import {
  type BlobSource,
  BlockPackError,
  bytesOf,
  type ContentDescriptor,
  imageDocumentKind,
  isNative,
  type Platform,
  parseImageConfig,
  parseImageManifest,
  platformText,
  readDocument,
} from '@block-pack/core';
import { type FoundImage, openImages, parsePlace, type Store } from '@block-pack/store';
import type { CommandContext } from '../command.ts';
import { membersOf } from './base-images.ts';

/** An image for one platform, whole in the store. */
export interface PlatformImage {
  readonly platform: Platform;
  readonly descriptor: ContentDescriptor;
}

/** The images of a place, each for its platform, brought into the store as they are. @throws INPUT_UNSUPPORTED for native ones */
export async function joinImages(
  place: string,
  store: Store,
  context: CommandContext,
): Promise<readonly PlatformImage[]> {
  const images = await openImages(parsePlace(place, context.directory));
  try {
    const found = await images.find();
    const members =
      imageDocumentKind(found.descriptor.mediaType) === 'manifest'
        ? [found]
        : await Promise.all(membersOf(found, images.name).map(({ digest }) => images.find(digest)));
    const joined: PlatformImage[] = [];
    for (const member of members) joined.push(await bring(member, images.blobs, images.name, store));
    return joined;
  } finally {
    images.close();
  }
}

async function bring(
  { descriptor, bytes }: FoundImage,
  blobs: BlobSource,
  name: string,
  store: Store,
): Promise<PlatformImage> {
  const manifest = parseImageManifest(bytes, `${name}, manifest ${descriptor.digest}`, descriptor.mediaType);
  if (isNative(manifest)) {
    throw new BlockPackError(
      'INPUT_UNSUPPORTED',
      `${name} is in native form, and only standard images are joined`,
      {
        hint: 'Convert it first: block-pack convert --form standard. With --form native the whole index is converted.',
        details: { name },
      },
    );
  }
  const config = await readDocument(manifest.config, blobs, name);
  const { os, architecture, variant } = parseImageConfig(config, `The config of ${name}`);
  for (const layer of manifest.layers)
    if (!(await store.has(layer.digest, layer.size)))
      await store.write(blobs.read(layer.digest), layer.digest);
  for (const document of [config, bytes]) await store.write(bytesOf(document));
  const { mediaType, digest } = descriptor;
  const platform = { os, architecture, ...(variant === undefined ? {} : { variant }) };
  return { platform, descriptor: { mediaType, digest, size: bytes.length } };
}

/** Sorted by platform. @throws USAGE for two of one platform */
export function sortByPlatform(images: readonly PlatformImage[]): readonly PlatformImage[] {
  const byText = new Map<string, PlatformImage>();
  for (const image of images) {
    const text = platformText(image.platform);
    if (byText.has(text)) {
      throw new BlockPackError('USAGE', `Two of the images are for ${text}`, {
        hint: 'An index has one image for each platform: leave one of them out.',
        details: { platform: text },
      });
    }
    byText.set(text, image);
  }
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, image]) => image);
}
