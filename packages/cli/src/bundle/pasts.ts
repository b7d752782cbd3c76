import { BlockPackError, type Inventory } from '@block-pack/core';
import type { CommandContext } from '../command.ts';
import { storeIfThere } from '../store-if-there.ts';
import type { Held } from './held.ts';
import { HeldImages } from './held-images.ts';
import {
  addAll,
  addOne,
  addStore,
  type HeldImage,
  type Holding,
  type OpenedImages,
  parseHolding,
  readInventory,
} from './holdings.ts';
import { InventoriedSite } from './inventoried-site.ts';

/** What a bundle is made for: a site has one of the pasts, and all of the rest. */
export interface SiteHoldings {
  readonly since: readonly Holding[];
  readonly have: readonly Holding[];
  /** Where the images may be that inventories list. */
  readonly from: readonly Holding[];
}

/** A holding that was opened, and the image where it is one. */
export interface Known {
  readonly text: string;
  readonly image: HeldImage | undefined;
}

/** Opens what a site may have: one for each past, none for a site that has nothing. */
export async function openPasts(
  { since, have, from }: SiteHoldings,
  wanted: readonly Holding[],
  context: CommandContext,
  opened: OpenedImages,
): Promise<{ readonly pasts: readonly Held[]; readonly known: ReadonlyMap<Holding, Known> }> {
  const known = new Map<Holding, Known>();
  const isInventory = ({ kind }: Holding) => kind === 'inventory';
  const here = new HeldImages();
  if (from.length > 0 && ![...since, ...have].some(isInventory)) throw nothingToFind();
  if ([...since, ...have].some(isInventory)) {
    const places = [...wanted, ...have, ...since].filter((one) => !isInventory(one));
    for (const one of [...places, ...from]) await addAll(here, one, opened);
    const store = await storeIfThere(context.storeDirectory);
    if (store !== undefined) await addStore(here, store, 'the store');
  }
  const alternatives = since.length > 0 ? since.map((one) => [one, ...have]) : have.length > 0 ? [have] : [];
  const pasts: Held[] = [];
  for (const alternative of alternatives) {
    const own = new HeldImages();
    const inventories: Inventory[] = [];
    for (const one of alternative) {
      const image = isInventory(one) ? undefined : await addOne(own, one, opened);
      if (isInventory(one)) inventories.push(await readInventory(one));
      known.set(one, { text: one.text, image });
    }
    pasts.push(inventories.length === 0 ? own : new InventoriedSite(inventories, own, here));
  }
  return { pasts, known };
}

function nothingToFind(): BlockPackError {
  return new BlockPackError('USAGE', '--from is given without an inventory', {
    hint: 'Images are read where --since and --have say that they are; --from says where those of --since inventory:FILE may be.',
  });
}

/** @throws USAGE */
export function parseHoldings(
  texts: readonly string[] | undefined,
  context: Pick<CommandContext, 'directory' | 'storeDirectory'>,
): readonly Holding[] {
  return (texts ?? []).map((one) => parseHolding(one, context));
}
