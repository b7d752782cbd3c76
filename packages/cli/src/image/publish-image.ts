import { type ContentDescriptor, checkSignal } from '@block-pack/core';
import { type PublishReport, publishImage, type Store } from '@block-pack/store';
import { byteSize } from '../byte-size.ts';
import type { CommandContext } from '../command.ts';
import { printable } from '../table.ts';
import { defaultTag } from '../tag-name.ts';
import type { ImageOutput } from './image-form.ts';

/** Where an image went. */
export interface Publication extends PublishReport {
  /** As the user wrote it. */
  readonly place: string;
  readonly store: string;
  /** In the store. */
  readonly tag: string;
}

/**
 * Brings an image from the store to a place. The store's tag comes first: while it stands, the segments of this image can be copied into the next one
 * that goes to the same place.
 */
export async function publishFromStore(
  root: ContentDescriptor,
  { place, tag: given }: ImageOutput,
  store: Store,
  context: CommandContext,
): Promise<Publication> {
  checkSignal(context.signal);
  const tag = given ?? defaultTag('image', [place.path]);
  await store.tag(tag, { mediaType: root.mediaType, digest: root.digest, size: root.size });
  const report = await publishImage(place, { root }, store, {
    signal: context.signal,
    onProgress: ({ bytes, totalBytes }) =>
      context.progress.show(`writing ${place.text}, ${byteSize(bytes)} of ${byteSize(totalBytes)}`),
  });
  return { ...report, place: place.text, store: store.directory, tag };
}

export function publicationDocument({ place, name, blobs, bytes, newBytes }: Publication) {
  return { place, name: name ?? null, blobs, bytes, newBytes };
}

export function publicationText(
  { digest }: ContentDescriptor,
  { place, name, store, tag }: Publication,
): string {
  return [
    `image   ${digest}\n`,
    `place   ${printable(place)}${name === undefined ? '' : `, name ${printable(name)}`}\n`,
    `blobs   ${printable(store)}, tag ${tag}\n`,
  ].join('');
}
