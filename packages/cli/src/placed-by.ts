import type { PlacedBy } from '@block-pack/store';

/** How blocks became files, for people. */
export const placedBy: Readonly<Record<PlacedBy, string>> = {
  reflink: 'as clones of the blocks',
  hardlink: 'as hard links to the blocks: editing them would damage the store',
  copy: 'as copies',
};
