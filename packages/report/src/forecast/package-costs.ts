import { compareBytewise } from '@block-pack/core';
import { type ContentsDifference, shownPackage } from '../difference/difference.ts';
import type { PackageCost } from './update-history.ts';

/** Adds up what updates shipped of each package. */
export class PackageCosts {
  readonly #packages = new Map<string, { readonly cost: PackageCost; readonly time: number }>();

  /** @param time of the update, in seconds since 1970 */
  add({ changes }: ContentsDifference, time: number): void {
    const seen = new Set<string>();
    for (const change of changes) {
      if (change.ship === 0) continue;
      const { ecosystem, name, version } = shownPackage(change);
      const key = `${ecosystem} ${name}`;
      const known = this.#packages.get(key);
      const last = known !== undefined && known.time > time ? known.cost.version : version;
      const cost = {
        ecosystem,
        name,
        updates: (known?.cost.updates ?? 0) + (seen.has(key) ? 0 : 1),
        ship: (known?.cost.ship ?? 0) + change.ship,
        ...(last === undefined ? {} : { version: last }),
      };
      this.#packages.set(key, { cost, time: Math.max(time, known?.time ?? 0) });
      seen.add(key);
    }
  }

  /** What shipped most first. */
  all(): PackageCost[] {
    return [...this.#packages.values()]
      .map(({ cost }) => cost)
      .sort(
        (a, b) =>
          b.ship - a.ship || compareBytewise(a.name, b.name) || compareBytewise(a.ecosystem, b.ecosystem),
      );
  }
}
