import type { Digest, Import, ImportManifest } from '@block-pack/core';
import type { BlockFacts } from './block-facts.ts';
import type { PackFindings } from './pack-findings.ts';
import type { ManifestLocation, Package } from './package.ts';
import { packagesOf } from './packages-of.ts';

/** What an application is made of, as it is compared and reported. */
export interface Contents {
  /** As the user named it. */
  readonly name: string;
  readonly source: ContentsSource;
  /** Sorted by name, version and first path. */
  readonly packages: readonly Package[];
  /** Layers of an image that no import manifest explains, such as its base's; in the image's order. */
  readonly layers: readonly CarriedLayer[];
}

export type ContentsSource =
  | { readonly kind: 'manifest' }
  /** @property digest of the image's manifest */
  | { readonly kind: 'image'; readonly digest: Digest; readonly platform: string }
  /** A manifest as a commit has it. @property commit in full */
  | { readonly kind: 'revision'; readonly commit: string; readonly path: string };

/** @property size bytes as the image has it, mostly compressed */
export interface CarriedLayer {
  readonly digest: Digest;
  readonly size: number;
}

/** What is known besides the import manifests. Each answers undefined where nothing is known. */
export interface Knowledge {
  /** Found by looking into the block. */
  facts?(digest: Digest): BlockFacts | undefined;
  /** Found by a pack of this import. */
  findings?(line: Import, packer: string): PackFindings | undefined;
  /** Of a block whose line does not say it. */
  size?(digest: Digest): number | undefined;
  /** Where the line stands. */
  location?(line: Import): ManifestLocation | undefined;
}

export interface ContentsParts {
  readonly name: string;
  readonly source: ContentsSource;
  /** All of an image; or those that the user names together. */
  readonly manifests: readonly ImportManifest[];
  readonly layers?: readonly CarriedLayer[];
  readonly knowledge?: Knowledge;
}

export function contentsOf({
  name,
  source,
  manifests,
  layers = [],
  knowledge = {},
}: ContentsParts): Contents {
  return { name, source, packages: packagesOf(manifests, knowledge), layers };
}
