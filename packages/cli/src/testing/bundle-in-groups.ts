import { type BundleGroup, digestHex } from '@block-pack/core';
import { openImages, parsePlace, ScratchBlobs } from '@block-pack/store';
import { BundleDraft } from '../bundle/bundle-file.ts';
import { HeldImages } from '../bundle/held-images.ts';
import { addAll, type OpenedImages, parseHolding } from '../bundle/holdings.ts';
import { type BundleSources, makeBundle } from '../bundle/make-bundle.ts';
import type { CommandContext } from '../command.ts';
import type { Workplace } from './workplace.ts';

/** A bundle to be made, as `block-pack bundle` has it from its options. */
export interface GroupedBundle extends Pick<BundleSources, 'groupSize' | 'selfContained'> {
  /** As `oci:DIR:TAG`. */
  readonly wanted: string;
  /** Each a past of its own, of one image alone. */
  readonly since?: readonly string[];
  readonly file: string;
}

/**
 * As `block-pack bundle` does, with less in a group, and without trying it.
 * @returns the groups of blocks
 */
export async function bundleInGroups(
  work: Workplace,
  { wanted, since = [], file, ...sources }: GroupedBundle,
  context: CommandContext,
): Promise<readonly BundleGroup[]> {
  const scratch = new ScratchBlobs(work.directory);
  const opened: OpenedImages = [];
  try {
    const pasts = [];
    for (const text of since) {
      const held = new HeldImages();
      await addAll(held, parseHolding(text, context), opened);
      pasts.push(held);
    }
    const place = parsePlace(wanted, work.directory);
    const images = await openImages(place);
    opened.push(images);
    const { descriptor: root } = await images.find();
    const name = place.reference ?? digestHex(root.digest);
    const made = await makeBundle({ ...sources, wanted: [{ images, root, name }], pasts, scratch, context });
    const draft = new BundleDraft(work.path(file));
    await draft.write(made.index, made.blobs);
    await draft.name();
    return made.document.groups.filter(({ holds }) => holds === 'blocks');
  } finally {
    for (const images of opened) images.close();
    scratch.remove();
  }
}
