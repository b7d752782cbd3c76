import type { Digest } from '@block-pack/core';
import type { Package } from '../contents/package.ts';
import type { Ecosystem } from '../versions/ecosystem.ts';

/** What stands out in an application's contents. Lists of packages have those of most bytes first. */
export interface ContentsSummary {
  readonly packages: number;
  readonly blocks: number;
  /** Of all blocks, each counted once, and of all layers that no import manifest explains. */
  readonly bytes: number;
  /** Of those layers alone. */
  readonly layerBytes: number;
  /** Blocks whose size is not known; they count as 0 bytes. */
  readonly unknownSizes: number;
  /** Those of most bytes first. */
  readonly ecosystems: readonly EcosystemShare[];
  readonly largest: readonly Package[];
  readonly duplicates: readonly Duplicate[];
  /** Blocks that lie at several paths, so that an image holds them more than once. */
  readonly copies: readonly BlockCopies[];
  /** Dependencies whose purl is not known, or not in full. */
  readonly unidentified: readonly Package[];
  readonly integrity: IntegritySummary;
  readonly installScripts: readonly Package[];
  readonly nativeCode: readonly Package[];
  /** Dependencies by the licences that they declare: those of most packages first. */
  readonly licenses: readonly LicenseUse[];
  /** Dependencies whose licence, native code and install script are not known, since their blocks were not looked into. */
  readonly notLookedInto: number;
}

export interface EcosystemShare {
  readonly ecosystem: Ecosystem;
  readonly packages: number;
  readonly bytes: number;
}

/** One package in several versions, or in one version with several contents. */
export interface Duplicate {
  readonly ecosystem: Ecosystem;
  readonly name: string;
  /** The oldest version first. */
  readonly packages: readonly Package[];
  /** Bytes of all but the newest: what one version for all would save. */
  readonly extraBytes: number;
}

export interface BlockCopies {
  readonly digest: Digest;
  readonly package: Package;
  readonly paths: number;
  /** Bytes of all but one. */
  readonly extraBytes: number;
}

/** Of the dependencies. */
export interface IntegritySummary {
  readonly verified: number;
  readonly modified: readonly Package[];
  /** Those that a pack looked at without a result, and those that none is known to have looked at. */
  readonly unknown: readonly Package[];
}

export interface LicenseUse {
  /** An SPDX expression where it is known, else the text that is declared; undefined where none is declared. */
  readonly license?: string;
  readonly packages: readonly Package[];
}
