import { BlockPackError, type Digest } from '@block-pack/core';
import { type Place, type PublishReport, publishImage } from '@block-pack/store';
import { byteSize } from '../byte-size.ts';
import type { CommandContext } from '../command.ts';
import type { AppliedBundle, AppliedImage } from './apply-bundle.ts';

/** What was published: images and their companions became visible in one step. */
export interface PublishedBundle extends PublishReport {
  readonly images: readonly AppliedImage[];
  readonly companions: readonly AppliedImage[];
}

export interface PublishBundleOptions extends Pick<CommandContext, 'signal' | 'progress'> {
  /** Layers that do not go into a `docker-archive:`. */
  readonly leftOut?: ReadonlySet<Digest>;
}

/**
 * Brings the images of a bundle to a place, under their own names; a single one under the place's, where it has one.
 * @throws USAGE for a place that cannot hold them, and what publishing throws
 */
export async function publishBundle(
  { images, companions, blobs }: AppliedBundle,
  place: Place,
  { signal, progress, leftOut }: PublishBundleOptions,
): Promise<PublishedBundle> {
  const [first, ...others] = images;
  if (first === undefined) throw new RangeError('a bundle brings at least one image');
  checkRoom(images, place);
  // What docker load reads has no room for what speaks of an image.
  const kept = place.kind === 'docker-archive' ? [] : companions;
  const name = place.reference ?? first.name;
  const image = { root: first.root, ...(name !== undefined && { name }), companions: [...others, ...kept] };
  const report = await publishImage(place, image, blobs, {
    signal,
    compare: true,
    ...(leftOut && { leftOut }),
    onProgress: ({ bytes, totalBytes }) =>
      progress.show(`writing ${place.text}, ${byteSize(bytes)} of ${byteSize(totalBytes)}`),
  });
  const published = { root: first.root, ...(report.name !== undefined && { name: report.name }) };
  return { ...report, images: [published, ...others], companions: kept };
}

/** @throws USAGE */
export function checkRoom(images: readonly unknown[], { kind, text, reference }: Place): void {
  if (images.length === 1 || (kind !== 'docker-archive' && reference === undefined)) return;
  throw new BlockPackError('USAGE', `The bundle brings ${images.length} images, and ${text} takes one`, {
    hint: 'They have names of their own: write oci:DIR or oci-archive:FILE, without a name.',
    details: { place: text },
  });
}
