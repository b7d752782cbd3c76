import type { ImagePath, Packer } from '@block-pack/core';
import { identifyAll } from './identify.ts';
import { placeProject } from './place.ts';
import type { NpmPlacement } from './placement.ts';
import type { TarballSource } from './tarball-source.ts';

/** A kind of dependency that can be left out. */
export type OmitKind = 'dev' | 'optional' | 'peer';

/** What the user can tell the npm packer. */
export interface NpmOptions {
  /** Where the project's directory is in the image; `/app` unless it says otherwise, so that packages land in `/app/node_modules`. */
  readonly prefix?: ImagePath | undefined;
  readonly omit: readonly OmitKind[];
  /** Workspaces by folder or by name: then only what these need is packed. Without any, the whole project is. */
  readonly workspaces?: readonly string[] | undefined;
  /** Published tarballs that installed packages are compared with. Without it nothing is said to be as published. */
  readonly tarballs?: TarballSource | undefined;
}

/**
 * Packs the node_modules of a project, whichever installer made it. Give it {@link npmInput} of the project's directory: what else lies
 * there is the application, for another packer.
 */
export function createNpmPacker(options: NpmOptions): Packer<NpmPlacement> {
  return {
    ecosystem: 'npm',
    place: (input, context) => placeProject(input, options, context),
    identify: (placed, context) => identifyAll(placed, options, context),
  };
}
