import { BlockPackError, type Digest, digestHex } from '@block-pack/core';
import { isDockerName } from './docker-name.ts';
import type { Publication } from './publish.ts';

/**
 * `manifest.json`: which config and which layers make the image, and what Docker is to call it.
 * @throws USAGE for what Docker cannot load: several platforms, native images, other names
 * @see https://github.com/moby/docker-image-spec/blob/main/v1.2.md#combined-image-json--filesystem-changeset-format
 */
export function dockerManifest({ place, closure, entries }: Publication): unknown {
  const [image, ...companions] = entries;
  const manifest = image && closure.manifests.get(image.root.digest);
  if (image === undefined || manifest === undefined)
    throw refused(place.text, 'an index of several platforms');
  if (companions.length > 0 || (manifest.blocks?.length ?? 0) > 0)
    throw refused(place.text, 'an image in its native form');
  const { name } = image;
  if (name !== undefined && !isDockerName(name)) {
    throw new BlockPackError('USAGE', `${JSON.stringify(name)} is no name for Docker`, {
      hint: 'Expected name:tag in lower case, such as shop/app:1.0.',
      details: { name },
    });
  }
  const tagged = name === undefined || /:[^/]*$/.test(name) ? name : `${name}:latest`;
  return [
    {
      Config: blobPath(manifest.config.digest),
      RepoTags: tagged === undefined ? null : [tagged],
      Layers: manifest.layers.map(({ digest }) => blobPath(digest)),
    },
  ];
}

function blobPath(digest: Digest): string {
  return `blobs/sha256/${digestHex(digest)}`;
}

function refused(place: string, what: string): BlockPackError {
  return new BlockPackError('USAGE', `${place} cannot hold ${what}`, {
    hint: 'Docker loads one image of one platform. Write oci:DIR or oci-archive:FILE, or choose a platform and the standard form.',
    details: { place },
  });
}
