import type { Digest } from '@block-pack/core';
import type { ContentsTitle } from '../difference/difference.ts';
import type { Ecosystem } from '../versions/ecosystem.ts';
import type { VersionStep } from '../versions/version-step.ts';

/** What several applications have in common, and what they could have. Images are named by where they stand in {@link images}, counted from 0. */
export interface Sharing {
  readonly figures: SharingFigures;
  /** In the order in which they were given. */
  readonly images: readonly SharingImage[];
  /** Bytes that two images have in common: `matrix[i][j]`, which is `matrix[j][i]`; on the diagonal all bytes of the image. */
  readonly matrix: readonly (readonly number[])[];
  /** Packages that images have in different versions; what ships least when it is aligned first. */
  readonly skews: readonly VersionSkew[];
}

/** Bytes of blocks, and of layers that no import manifest explains; each counts once within an image. */
export interface SharingFigures {
  /** Each image shipped by itself. */
  readonly alone: number;
  /** What all images have, each block once. */
  readonly together: number;
  /** `alone - together` */
  readonly saved: number;
  /** Of `together`: what every image has. */
  readonly inAll: number;
  /** Of `together`: what it would be less by, were all packages of {@link Sharing.skews} aligned. */
  readonly alignable: number;
  readonly blocks: number;
  /** Blocks whose size is not known; they count as 0 bytes. */
  readonly unknownSizes: number;
}

/** An application or an image, counted as a whole. */
export interface SharingImage extends ContentsTitle {
  readonly packages: number;
  readonly bytes: number;
  /** What at least one other image has as well. */
  readonly shared: number;
  /** The image with which it has most in common; undefined where it has nothing in common with any. */
  readonly nearest?: number;
}

/** A package that images have in different versions, or in one version with different content. */
export interface VersionSkew {
  readonly ecosystem: Ecosystem;
  readonly name: string;
  /** The oldest first. */
  readonly versions: readonly SkewedVersion[];
  /** From the oldest to the newest; a `major` step is seldom taken without work. */
  readonly step: VersionStep;
  /** Where in `versions` the cheapest common one stands: the one that most bytes already are; of equal ones the newest. */
  readonly common: number;
  /** Images that have another one. */
  readonly moving: number;
  /** Bytes that `together` has less, once this package and those before it in the list are everywhere what is common. */
  readonly saves: number;
}

export interface SkewedVersion {
  readonly version?: string;
  /** Those that have it. */
  readonly images: readonly number[];
  /** Of its blocks, once for each image that has them. */
  readonly bytes: number;
  /** What it is there; several where one version has different content. The one that most images have first. */
  readonly digests: readonly Digest[];
}
