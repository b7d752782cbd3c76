import type { ContentsDifference, PackageChange } from './difference.ts';

/** What blocks cost as changes of older ones. */
export interface ExactCosts {
  /** Bytes by one of the paths where the block is imported. */
  readonly byPath: ReadonlyMap<string, number>;
  /** Of all of them; undefined where not all could be tried. */
  readonly total: number | undefined;
}

/** The difference, with what its packages cost in a bundle. Layers of a base count as they are. */
export function withExactCosts(
  difference: ContentsDifference,
  { byPath, total }: ExactCosts,
): ContentsDifference {
  const { figures, changes, layers } = difference;
  const base = layers.added.reduce((sum, { size }) => sum + size, 0);
  return {
    ...difference,
    figures: { ...figures, ...(total === undefined ? {} : { exact: total + base }) },
    changes: changes.map((change) => withExact(change, byPath)),
  };
}

function withExact(change: PackageChange, byPath: ExactCosts['byPath']): PackageChange {
  if (change.ship === 0) return change;
  const exact = change.after?.paths.map((path) => byPath.get(path)).find((bytes) => bytes !== undefined);
  return exact === undefined ? change : { ...change, exact };
}
