import { resolve } from 'node:path';
import {
  BlockPackError,
  type Digest,
  type Inventory,
  inventoryLimit,
  isTagged,
  parseInventory,
} from '@block-pack/core';
import {
  type Images,
  isImageEntry,
  openImages,
  openStore,
  type Place,
  parsePlace,
  type Store,
} from '@block-pack/store';
import type { CommandContext } from '../command.ts';
import { readSmallFile } from '../read-small-file.ts';
import { printable } from '../table.ts';
import type { HeldImages } from './held-images.ts';

/** Something that a site has, as users write it: images at a place, `store:DIR`, or `inventory:FILE`. */
export type Holding = { readonly text: string; readonly path: string } & (
  | { readonly kind: 'images'; readonly place: Place }
  | { readonly kind: 'store' }
  | { readonly kind: 'inventory' }
);

/** @throws USAGE */
export function parseHolding(
  text: string,
  { directory, storeDirectory }: Pick<CommandContext, 'directory' | 'storeDirectory'>,
): Holding {
  const [, kind, rest = ''] = /^(store|inventory):(.*)$/s.exec(text) ?? [];
  if (kind === 'store') return { kind, text, path: rest === '' ? storeDirectory : resolve(directory, rest) };
  if (kind === 'inventory') return { kind, text, path: resolve(directory, rest) };
  const place = parsePlace(text, directory);
  return { kind: 'images', text, path: place.path, place };
}

/** Images that are open, to be closed in the end. */
export type OpenedImages = Pick<Images, 'close'>[];

/**
 * Takes in all images of a place, or all that the tags of a store lead to.
 * @throws USAGE for an inventory, which holds nothing
 */
export async function addAll(held: HeldImages, holding: Holding, opened: OpenedImages): Promise<void> {
  if (holding.kind === 'store') return addStore(held, await openStore(holding.path), holding.text);
  if (holding.kind === 'inventory') throw holdsNothing(holding);
  const images = await openImages(holding.place);
  opened.push(images);
  for (const entry of await images.list()) {
    await held.add(entry.descriptor, images);
    if (isImageEntry(entry)) held.call(entry.names);
  }
}

/** An image that was taken in. */
export interface HeldImage {
  readonly digest: Digest;
  /** Undefined where the place has none for it. */
  readonly name: string | undefined;
}

/** Takes in one image, the one that the place names; or a store, which is none. */
export async function addOne(
  held: HeldImages,
  holding: Holding,
  opened: OpenedImages,
): Promise<HeldImage | undefined> {
  if (holding.kind !== 'images') {
    await addAll(held, holding, opened);
    return undefined;
  }
  const images = await openImages(holding.place);
  opened.push(images);
  const { descriptor } = await images.find();
  await held.add(descriptor, images);
  const { digest } = descriptor;
  const listed = (await images.list()).filter((one) => one.descriptor.digest === digest);
  const { reference } = holding.place;
  const names = reference === undefined ? listed.flatMap((one) => one.names).filter(isTagged) : [reference];
  held.call(names);
  return { digest, name: names[0] };
}

/** All that the tags of a store lead to: what has none may be collected at any time. */
export async function addStore(held: HeldImages, store: Store, name: string): Promise<void> {
  for (const tag of await store.tags()) await held.add(tag, { blobs: store, name });
}

/** @throws INPUT_MISSING, INPUT_UNREADABLE, INPUT_UNSUPPORTED, BUNDLE_INVALID */
export async function readInventory({ path, text }: Holding): Promise<Inventory> {
  const bytes = await readSmallFile({ path, text, what: 'inventory', limit: inventoryLimit });
  return parseInventory(bytes, printable(text));
}

function holdsNothing({ text }: Holding): BlockPackError {
  return new BlockPackError('USAGE', `${printable(text)} says what a site has, and holds none of it`, {
    hint: 'Name the place where the images are, or a store.',
    details: { place: text },
  });
}
