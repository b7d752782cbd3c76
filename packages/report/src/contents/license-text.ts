import type { DeclaredLicense } from './block-facts.ts';

/** One text for all licences that a package declares, as SPDX where that is known; undefined where it declares none. */
export function licenseText(licenses: readonly DeclaredLicense[]): string | undefined {
  if (licenses.length === 0) return undefined;
  return licenses.map(({ text, spdx }) => spdx ?? text).join(', ');
}
