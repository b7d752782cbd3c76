import type { Descriptor, Digest } from '@block-pack/core';
import type { Held } from './held.ts';

/** Whichever past a site has, it has this, so that it need not travel; a site without a past has nothing. */
export async function everyPastHas(
  pasts: readonly Held[],
  digest: Digest,
  size: number | undefined,
): Promise<boolean> {
  for (const past of pasts) if (!(await past.has(digest, size))) return false;
  return pasts.length > 0;
}

/** The same for a whole blob. */
export function everyPastHasBlob(pasts: readonly Held[], { digest, size }: Descriptor): boolean {
  return pasts.length > 0 && pasts.every((past) => past.hasBlob({ digest, size }));
}
