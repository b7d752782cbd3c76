import { eachRecipe } from '../archive/decode-skeleton.ts';
import { unpackedLimit } from '../archive/limits.ts';
import { deflatedSize, leafParts, type Recipe } from '../archive/recipe.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import type { PlannedBlock } from './group-contents.ts';
import { goesToThreads } from './leaf-supply.ts';
import type { OldBlock } from './old-block.ts';

/** A block, as a bundle's list has it. */
export interface ToldBlock {
  readonly size: number;
  /** Whether it is an archive that was taken apart: the skeleton says how it is made. */
  readonly apart: boolean;
  /** Places among the old blocks. */
  readonly bases: readonly number[];
}

/** Bytes of skeletons. Of more, recipes are decoded whenever they are needed: half a million objects that stay would be marked by the collector again and again. */
const keptSkeletons = 1 << 18;

/**
 * The blocks of a group, to be gone through as often as wanted.
 * @throws DELTA_INVALID when they are
 */
export function plannedBlocks(
  blocks: readonly ToldBlock[],
  skeleton: Uint8Array,
  olds: readonly OldBlock[],
): Iterable<PlannedBlock> {
  const each = () => eachPlanned(blocks, skeleton, olds);
  return skeleton.length > keptSkeletons ? { [Symbol.iterator]: each } : [...each()];
}

function* eachPlanned(
  blocks: readonly ToldBlock[],
  skeleton: Uint8Array,
  olds: readonly OldBlock[],
): Generator<PlannedBlock> {
  const layouts = blocks
    .filter(({ apart }) => apart)
    .map(({ bases }) => bases.flatMap((one) => olds[one]?.layout ?? []));
  const recipes = eachRecipe(skeleton, layouts);
  for (const { size, apart, bases } of blocks)
    yield { size, bases, recipe: apart ? recipes.next().value : undefined };
  recipes.next();
}

/** What the blocks of a group have together. */
export class GroupSums {
  /** Bytes that threads deflate, where there are any. */
  onThreads = 0;
  #made = 0;
  #deflated = 0;

  /** The same blocks, which are counted as they pass. */
  *of(blocks: Iterable<PlannedBlock>): Generator<PlannedBlock> {
    for (const block of blocks) {
      const { size, recipe } = block;
      this.#made += size;
      if (recipe !== undefined) this.#add(recipe);
      yield block;
    }
  }

  #add(recipe: Recipe): void {
    this.#deflated += deflatedSize(recipe);
    for (const part of leafParts(recipe)) if (goesToThreads(part)) this.onThreads += part.size;
  }

  /** What has to be deflated: a few bytes could else say a thousand times that the same zeros are to be packed. @throws DELTA_INVALID */
  check(): void {
    const limit = unpackedLimit(this.#made);
    if (this.#deflated > limit)
      throw deltaInvalid(
        `its archives have contents of ${this.#deflated} bytes, and no more than ${limit} are ever needed`,
      );
  }
}
