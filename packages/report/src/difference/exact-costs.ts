import type { Digest } from '@block-pack/core';
import type { ContentsDifference, PackageChange } from './difference.ts';

/** What blocks cost as changes of older ones. */
export interface ExactCosts {
  /** Of those that travel. */
  readonly byDigest: ReadonlyMap<Digest, number>;
  /** Of all of them; undefined where not all could be tried. */
  readonly total: number | undefined;
}

/** The difference, with what its packages cost in a bundle. Layers of a base count as they are. */
export function withExactCosts(
  difference: ContentsDifference,
  { byDigest, total }: ExactCosts,
): ContentsDifference {
  const { figures, changes, layers } = difference;
  const base = layers.added.reduce((sum, { size }) => sum + size, 0);
  return {
    ...difference,
    figures: { ...figures, ...(total === undefined ? {} : { exact: total + base }) },
    changes: changes.map((change) => withExact(change, byDigest)),
  };
}

function withExact(change: PackageChange, byDigest: ExactCosts['byDigest']): PackageChange {
  const exact = change.after === undefined ? undefined : byDigest.get(change.after.digest);
  return exact === undefined || change.ship === 0 ? change : { ...change, exact };
}
