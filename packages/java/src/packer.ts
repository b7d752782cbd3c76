import type { ImagePath, Packer } from '@block-pack/core';
import type { ResolverEvidence } from './evidence/resolver-evidence.ts';
import { identifyAll } from './identify.ts';
import { jarFacts } from './jar-facts.ts';
import type { LocalRepository } from './local-repository.ts';
import { placeInput } from './place.ts';
import type { JavaPlacement } from './placement.ts';

/** What the user can tell the Java packer. */
export interface JavaOptions {
  /** Where the input lands in the image; each layout has its default. */
  readonly prefix?: ImagePath | undefined;
  readonly evidence: readonly ResolverEvidence[];
  /** Asked for lists that this machine has by chance: they tell what is found out about components, and name none. */
  readonly beside?: () => Promise<readonly ResolverEvidence[]>;
  /** Asked, by digest, for the jars that nothing else can name. */
  readonly repositories: readonly LocalRepository[];
  /** File names of the application's own jars; `*` stands for any characters. */
  readonly applications: readonly string[];
}

/** Packs what Java builds put into an image: library directories, distributions, fat jars, web archives. */
export function createJavaPacker(options: JavaOptions): Packer<JavaPlacement> {
  return {
    ecosystem: 'java',
    place: (input, context) => placeInput(input, options.prefix, context),
    async look(placed, { memory }) {
      if (placed.placement.part.kind === 'jar') await jarFacts(placed, memory);
    },
    identify: (placed, context) => identifyAll(placed, options, context),
  };
}
