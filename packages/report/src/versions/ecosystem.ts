import type { PurlParts } from '@block-pack/core';

/** Whose rules a package's name and version follow; `other` where nobody's do. The names are purl types. */
export type Ecosystem = 'maven' | 'npm' | 'pypi' | 'other';

/** A jar whose group is not known has a generic purl; its version is Maven's all the same. */
const ofPackers: Readonly<Record<string, Ecosystem>> = { java: 'maven', npm: 'npm', python: 'pypi' };

/** @param packer of the import manifest that the package stands in */
export function ecosystemOf(purl: PurlParts | undefined, packer: string): Ecosystem {
  switch (purl?.type) {
    case 'maven':
    case 'npm':
    case 'pypi':
      return purl.type;
    case 'generic':
      return Object.hasOwn(ofPackers, packer) ? (ofPackers[packer] ?? 'other') : 'other';
    default:
      return 'other';
  }
}
