import type { Component, Placement } from '@block-pack/core';
import type { LockedPackage } from './lock/lock-evidence.ts';
import type { PackageManifest } from './package-manifest.ts';

/** What a placement of the npm packer is. */
export type NpmPart =
  | PackagePart
  /** Links to packages and commands, made anew in one form for all installers. */
  | { readonly kind: 'links' }
  /** What lies in a node_modules and belongs to no package. */
  | { readonly kind: 'strays' };

/** A package, and what its own package.json and the lock tell of it. */
export interface PackagePart {
  readonly kind: 'package';
  /** Where it lies, relative to the project. */
  readonly folder: string;
  readonly manifest: PackageManifest;
  readonly isFirstParty: boolean;
  /** What the lock says of it; undefined when none does, or when it says something else than the disk. */
  readonly locked: LockedPackage | undefined;
  /** Undefined where nobody asks for it. */
  readonly relation: Component['relation'] | undefined;
}

/** A placement of the npm packer. */
export interface NpmPlacement extends Placement {
  /** Where it was found, for messages: `my-service/node_modules/ms`. */
  readonly origin: string;
  readonly part: NpmPart;
}
