import type { Integrity, PackContext, Placed } from '@block-pack/core';
import type { NpmPlacement } from './placement.ts';
import type { TarballSource } from './tarball-source.ts';

/** For each published package whether its block is what was published. */
export async function integritiesOf(
  _placed: readonly Placed<NpmPlacement>[],
  tarballs: TarballSource | undefined,
  _context: PackContext,
): Promise<ReadonlyMap<Placed<NpmPlacement>, Integrity>> {
  const found = new Map<Placed<NpmPlacement>, Integrity>();
  if (tarballs === undefined) return found;
  return found;
}
