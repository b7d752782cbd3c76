import { type Place, type PublishReport, publishImage } from '@block-pack/store';
import { byteSize } from '../byte-size.ts';
import type { CommandContext } from '../command.ts';
import type { AppliedBundle } from './apply-bundle.ts';

/** Brings the images of a bundle to a place, each under the place's name or its own. */
export async function publishBundle(
  { images, blobs }: AppliedBundle,
  place: Place,
  { signal, progress }: Pick<CommandContext, 'signal' | 'progress'>,
): Promise<PublishReport[]> {
  const reports: PublishReport[] = [];
  for (const { root, name } of images) {
    const chosen = place.reference ?? name;
    reports.push(
      await publishImage(place, { root, ...(chosen !== undefined && { name: chosen }) }, blobs, {
        signal,
        onProgress: ({ bytes, totalBytes }) =>
          progress.show(`writing ${place.text}, ${byteSize(bytes)} of ${byteSize(totalBytes)}`),
      }),
    );
  }
  return reports;
}
