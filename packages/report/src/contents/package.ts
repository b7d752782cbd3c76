import type { DependencyScope, Digest, Integrity } from '@block-pack/core';
import type { Ecosystem } from '../versions/ecosystem.ts';
import type { BlockFacts } from './block-facts.ts';

/** A component as one block, at all paths where it is imported. Where nothing is known, nothing is said. */
export interface Package {
  readonly ecosystem: Ecosystem;
  /** As its ecosystem writes it: `org.ow2.asm:asm`, `@babel/core`, `numpy`. A block without purl has its path. */
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  /** The packer of its import manifest. */
  readonly packer: string;
  /** In the image, sorted; never empty. */
  readonly paths: readonly string[];
  readonly digest: Digest;
  readonly kind: 'file' | 'tree';
  /** Bytes of the block; undefined where neither the manifest nor a store says it. */
  readonly size?: number;
  /** Entries of a tree. */
  readonly files?: number;
  readonly role: PackageRole;
  /** The strongest source of the purl; undefined where the manifest does not say it. */
  readonly evidence?: string;
  /** False where no more than a name speaks for its purl, or a part of it, such as a jar's group, is not known. */
  readonly isIdentified: boolean;
  /** As published or not; undefined where no pack that looked for it is known. */
  readonly integrity?: Integrity;
  /** Named by the application itself, or brought by others; undefined where nothing tells. */
  readonly relation?: PackageRelation;
  /** When the application needs it; undefined where nothing tells. */
  readonly scope?: DependencyScope;
  /** True where the application is said to work without it. */
  readonly isOptional?: true;
  /** The purl by which a build tool of the machine that packed knows it, where its own tells less. */
  readonly resolvedAs?: string;
  /** Undefined where nobody looked for it. */
  readonly hasInstallScript?: boolean;
  /** Undefined where the block is not at hand. */
  readonly facts?: BlockFacts;
  /** Where its first import stands; undefined where no file that the user has says it. */
  readonly location?: ManifestLocation;
}

/** A line of an import manifest. @property file as the user named it, or from the top of a git repository @property line from 1 */
export interface ManifestLocation {
  readonly file: string;
  readonly line: number;
}

/** `application` is its own code; `other` what belongs to no package: scripts, configuration, links. */
export type PackageRole = 'application' | 'dependency' | 'other';

export type PackageRelation = 'direct' | 'transitive';
