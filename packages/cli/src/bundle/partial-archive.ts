import { BlockPackError, type ContentDescriptor, imageDocumentKind } from '@block-pack/core';
import { closureOf, type Place } from '@block-pack/store';
import type { AppliedBundle } from './apply-bundle.ts';
import type { HeldImages } from './held-images.ts';

/** Only what `docker load` reads may lack layers: an archive of another kind is taken for a whole image. @throws USAGE */
export function checkPartial({ kind, text }: Place, haves: readonly string[] | undefined): void {
  if (kind !== 'docker-archive')
    throw new BlockPackError('USAGE', `--partial is given, and ${text} is no docker-archive:`, {
      hint: 'Write --to docker-archive:FILE: docker load and podman load both take it.',
      details: { place: text },
    });
  if (haves === undefined)
    throw new BlockPackError('USAGE', '--partial is given, but not what Docker or podman has already', {
      hint: 'Name the place of the images that they have with --have.',
    });
}

/**
 * Layers that whoever loads the archive has, if these images were loaded there. A layer is looked for by all that lies below it, so only the lowest ones can be
 * left out.
 */
export async function layersToLeaveOut(
  { images, blobs }: AppliedBundle,
  loaded: HeldImages,
  signal: AbortSignal,
): Promise<readonly ContentDescriptor[]> {
  const { manifests } = await closureOf(
    images.map(({ root }) => root),
    blobs,
    signal,
  );
  return [...manifests.values()].flatMap(({ config, layers }) => {
    if (imageDocumentKind(config.mediaType) !== 'config') return [];
    const { length } = loaded.commonLayers(layers.map(({ digest }) => digest));
    const others = new Set(layers.slice(length).map(({ digest }) => digest));
    // What stands higher up once more has to be there.
    return layers.slice(0, length).filter(({ digest }) => !others.has(digest));
  });
}
