import { compareBytewise } from '@block-pack/core';

/** Orders paths by what their files are, by the ends of their names: like beside like packs smaller, and the order is the same everywhere. */
export function compareByType(a: string, b: string): number {
  return compareBytewise(extension(a), extension(b)) || compareBytewise(a, b);
}

function extension(path: string): string {
  return /\.([^./]*)$/.exec(path)?.[1]?.toLowerCase() ?? '';
}
