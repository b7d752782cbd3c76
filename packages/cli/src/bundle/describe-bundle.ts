import { type BundleDocument, type BundleGroup, mixedBytes } from '@block-pack/core';

/** What documents of JSON say of the layers of a bundle. */
export function describedLayers({ layers }: BundleDocument): readonly object[] {
  return layers.map(({ digest, size, origin }) => ({ digest, size, origin }));
}

/** What they say of its groups. */
export function describedGroups({ groups }: BundleDocument): readonly object[] {
  return groups.map((group) => ({
    holds: group.holds,
    encoding: group.encoding,
    mixed: mixedBytes(group),
    bytes: group.payload,
    objects: group.objects.map(({ digest, size }) => ({ digest, size })),
  }));
}

/** How something travels, in a column of a table. */
export function howText(encoding: BundleGroup['encoding'], isMixed: boolean): string {
  return isMixed ? `${encoding}, mixed` : encoding;
}
