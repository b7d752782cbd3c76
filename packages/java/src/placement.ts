import type { Placement } from '@block-pack/core';
import type { Coordinates } from './coordinates.ts';
import type { ResolverEvidence } from './evidence/resolver-evidence.ts';

/** What a placement of the Java packer is, as far as the layout of the input tells. */
export type JavaPart =
  | JarPart
  /** The application's own classes and resources, taken out of a fat jar or a web archive. */
  | ({ readonly kind: 'application'; readonly identity: OwnIdentity } & ListsInside)
  /** The launcher that Spring Boot puts into a fat jar. */
  | { readonly kind: 'loader'; readonly artifact: string; readonly version: string | undefined }
  /** What is left: scripts, configuration, licences. */
  | ({ readonly kind: 'rest' } & ListsInside);

/** What the build left in the input about its libraries. */
export interface ListsInside {
  readonly evidence: readonly ResolverEvidence[];
}

/** A jar, and what the layout tells of it. */
export interface JarPart {
  readonly kind: 'jar';
  /** Path inside the input. */
  readonly file: string;
  /** Why the layout says that it is the application's own; undefined when the layout does not say so. */
  readonly own: string | undefined;
  /** Classes that the input's start scripts start. */
  readonly mainClasses: readonly string[];
}

/** What an application's own archive says about itself. */
export interface OwnIdentity {
  readonly coordinates: Coordinates | undefined;
  /** From the manifest's `Implementation-Title` and `Implementation-Version`. */
  readonly title: string | undefined;
  readonly version: string | undefined;
}

/** A placement of the Java packer. */
export interface JavaPlacement extends Placement {
  /** Where it was found, for messages: `target/lib/asm-9.7.jar`. */
  readonly origin: string;
  readonly part: JavaPart;
}
