import { type Digest, importSize } from '@block-pack/core';
import { everyPastHas } from './every-past.ts';
import type { Held } from './held.ts';
import type { SentLayer } from './layer-tars.ts';
import type { NewObjects } from './new-objects.ts';
import { type PackedGroup, sizeOf } from './pack-groups.ts';

/** What a self-contained bundle brings although every past has it: a site needs it only where it is damaged. */
export interface Spares {
  readonly count: number;
  readonly size: number;
  /** Of the bundle. */
  readonly bytes: number;
}

/** Apart from what is new, so that a site that is whole unpacks none of it. */
export async function withoutSpares(
  { texts, blocks }: NewObjects,
  pasts: readonly Held[],
): Promise<{ readonly fresh: NewObjects; readonly spare: NewObjects }> {
  const text = await parted(texts, pasts, ({ text: { length } }) => length);
  const block = await parted(blocks, pasts, importSize);
  return {
    fresh: { texts: text.fresh, blocks: block.fresh },
    spare: { texts: text.spare, blocks: block.spare },
  };
}

/** @param sizeOf bytes, where they are known */
async function parted<T extends { readonly digest: Digest }>(
  objects: readonly T[],
  pasts: readonly Held[],
  sizeOf: (object: T) => number | undefined,
): Promise<{ readonly fresh: readonly T[]; readonly spare: readonly T[] }> {
  const [fresh, spare]: [T[], T[]] = [[], []];
  for (const object of objects) {
    const isSpare = await everyPastHas(pasts, object.digest, sizeOf(object));
    (isSpare ? spare : fresh).push(object);
  }
  return { fresh, spare };
}

export function sparesOf(groups: readonly PackedGroup[], layers: readonly SentLayer[]): Spares {
  const objects = groups.flatMap(({ group }) => group.objects);
  const sum = (sizes: readonly number[]) => sizes.reduce((all, one) => all + one, 0);
  return {
    count: objects.length + layers.length,
    size: sum([...objects, ...layers].map(({ size }) => size)),
    bytes: sizeOf(groups) + sum(layers.map(({ bytes }) => bytes)),
  };
}
