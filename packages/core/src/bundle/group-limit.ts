import type { BundleGroup } from './bundle-document.ts';

/** Groups of any bundle. */
const fewGroups = 256;

/** Bytes of objects for each group above these. */
const groupWorth = 2 ** 24;

/**
 * Whether groups that are taken apart are more than their objects are worth. Each of them may ask for some work that does not depend on its
 * objects' sizes, so thousands of empty ones could keep a site busy for days.
 */
export function areTooManyGroups(groups: readonly BundleGroup[]): boolean {
  const apart = groups.filter(({ encoding }) => encoding !== 'raw' && encoding !== 'brotli');
  const bytes = apart.flatMap(({ objects }) => objects).reduce((sum, { size }) => sum + size, 0);
  return apart.length > fewGroups + bytes / groupWorth;
}
