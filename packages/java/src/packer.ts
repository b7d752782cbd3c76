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
  /** Asked once for more of it, which takes long: before anything is cut, and not before there is something to cut. */
  readonly moreEvidence?: () => Promise<readonly ResolverEvidence[]>;
  /** Asked for lists that this machine has by chance: they tell what is found out about components, and name none. */
  readonly beside?: () => Promise<readonly ResolverEvidence[]>;
  /** Asked, by digest, for the jars that nothing else can name. */
  readonly repositories: readonly LocalRepository[];
  /** File names of the application's own jars; `*` stands for any characters. */
  readonly applications: readonly string[];
}

/** Packs what Java builds put into an image: library directories, distributions, fat jars, web archives. */
export function createJavaPacker(options: JavaOptions): Packer<JavaPlacement> {
  let asked: ReturnType<typeof allEvidence> | undefined;
  const evidence = () => {
    asked ??= allEvidence(options);
    return asked;
  };
  return {
    ecosystem: 'java',
    async place(input, context) {
      await evidence();
      return placeInput(input, options.prefix, context);
    },
    async look(placed, { memory }) {
      if (placed.placement.part.kind === 'jar') await jarFacts(placed, memory);
    },
    async identify(placed, context) {
      return identifyAll(placed, { ...options, evidence: await evidence() }, context);
    },
  };
}

async function allEvidence({ evidence, moreEvidence }: JavaOptions): Promise<readonly ResolverEvidence[]> {
  return [...evidence, ...((await moreEvidence?.()) ?? [])];
}
