import type { CarriedLayer, Contents } from '../contents/contents.ts';
import type { Package } from '../contents/package.ts';
import type { VersionStep } from '../versions/version-step.ts';
import type { InsideDifference } from './inside.ts';
import type { PackagePair } from './pair-packages.ts';

/** What an update changes and ships. */
export interface ContentsDifference {
  readonly before: ContentsTitle;
  readonly after: ContentsTitle;
  readonly figures: DifferenceFigures;
  /** Every package of either side, once: what ships most first, unchanged ones last. */
  readonly changes: readonly PackageChange[];
  /** Layers of images that no import manifest explains and that only one side has. */
  readonly layers: { readonly added: readonly CarriedLayer[]; readonly removed: readonly CarriedLayer[] };
}

export type ContentsTitle = Pick<Contents, 'name' | 'source'>;

/** `changed`: other content; `moved`: the same content at other paths, or under another name or version; `unchanged`: all as it was. */
export type ChangeKind = 'changed' | 'new' | 'removed' | 'moved' | 'unchanged';

/** A package before and after. At least one side is there: both but for `new` and `removed`. */
export interface PackageChange extends PackagePair {
  readonly kind: ChangeKind;
  /** `same` for a package that changed under one version. */
  readonly step: VersionStep;
  /** Bytes of its block that the side before has nowhere. A block of several packages counts for the first of them. */
  readonly ship: number;
  /** Bytes that a bundle needs for it; where the blocks were at hand and it was asked for. */
  readonly exact?: number;
  /** What changed inside; where both blocks were looked into. */
  readonly inside?: InsideDifference;
}

/** Bytes of blocks, each counted once, and of layers that no import manifest explains. */
export interface DifferenceFigures {
  /** All of the side after. */
  readonly bytes: number;
  /** What of it the side before does not have. */
  readonly ship: number;
  readonly reused: number;
  /** `reused / bytes`; 1 for nothing at all. */
  readonly reusedShare: number;
  /** Blocks of either side whose size is not known; they count as 0 bytes. */
  readonly unknownSizes: number;
  /** What a bundle needs for all of it, where it was asked for. */
  readonly exact?: number;
  readonly packages: Readonly<Record<ChangeKind, number>>;
}

/** The package as it is now, or as it last was. */
export function shownPackage({ before, after }: PackagePair): Package {
  const shown = after ?? before;
  if (shown === undefined) throw new Error('a change of nothing');
  return shown;
}
