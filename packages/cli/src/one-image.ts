import {
  BlockPackError,
  type ContentDescriptor,
  imageDocumentKind,
  isRunnable,
  parseImageIndex,
  parsePlatform,
  platformText,
} from '@block-pack/core';
import type { FoundImage, Images } from '@block-pack/store';

/**
 * The manifest of one image. Never chosen by the machine that this runs on: the same call means the same image everywhere.
 * @param platform such as `linux/amd64`; may lack where there is only one
 * @throws USAGE where there are several, and what finding images throws
 */
export async function oneImage(images: Images, platform: string | undefined): Promise<FoundImage> {
  if (platform !== undefined) return images.find(undefined, parsePlatform(platform));
  const found = await images.find();
  if (imageDocumentKind(found.descriptor.mediaType) === 'manifest') return found;
  const { manifests } = parseImageIndex(found.bytes, images.name, found.descriptor.mediaType);
  const members = manifests.filter(isRunnable);
  const [first] = members;
  if (first !== undefined && members.every(({ digest }) => digest === first.digest))
    return images.find(first.digest);
  throw severalPlatforms(images.name, members);
}

function severalPlatforms(name: string, members: readonly ContentDescriptor[]): BlockPackError {
  const offered = members.flatMap(({ platform }) => (platform === undefined ? [] : [platformText(platform)]));
  return new BlockPackError('USAGE', `${name} is an index of ${members.length} images`, {
    hint: `Say which one with --platform${offered.length === 0 ? '' : `: it has ${offered.join(', ')}`}.`,
    details: { place: name, offered },
  });
}
