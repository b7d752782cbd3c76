import { isImageEntry, openImages, parsePlace } from '@block-pack/store';
import type { CommandContext } from '../command.ts';
import { looksLikePlace } from '../commands/resolve-image.ts';

/**
 * What a name stands for where many are meant: a place without a tag for each image in it, by its first tag; anything else for itself.
 * @throws USAGE and what opening a place throws
 */
export async function imageNames(name: string, { directory }: CommandContext): Promise<readonly string[]> {
  if (!looksLikePlace(name)) return [name];
  const place = parsePlace(name, directory);
  if (place.reference !== undefined || place.digest !== undefined) return [name];
  const images = await openImages(place);
  try {
    const entries = (await images.list()).filter(isImageEntry);
    const byDigest = new Map<string, string>();
    for (const { names, descriptor } of entries) {
      const [tag] = names;
      const full = tag === undefined ? `${name}@${descriptor.digest}` : `${name}:${tag}`;
      if (!byDigest.has(descriptor.digest)) byDigest.set(descriptor.digest, full);
    }
    return byDigest.size > 1 ? [...byDigest.values()] : [name];
  } finally {
    images.close();
  }
}
