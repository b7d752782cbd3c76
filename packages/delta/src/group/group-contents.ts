import { partLimit } from '../archive/limits.ts';
import { type Leaf, leaves, type Position, type Recipe } from '../archive/recipe.ts';
import type { DifferenceBase } from '../difference/allowance.ts';
import { HeldContents } from './held-contents.ts';
import { isReadable, type OldBlock, oldLeaves, oldPartAt, partAccess } from './old-block.ts';

/** A block of a group, as its skeleton says it is made; without a recipe it is one content. */
export interface PlannedBlock {
  readonly size: number;
  readonly recipe: Recipe | undefined;
  /** Places among the group's old blocks. */
  readonly bases: readonly number[];
}

/** Bytes that a group's contents have to make. */
export interface PlannedContent {
  readonly block: number;
  /** Undefined for the whole block. */
  readonly leaf: Leaf | undefined;
  readonly size: number;
  /** Position among the sources. */
  readonly base?: number;
}

/** What the contents are, in their order, and what they are compared with: the same on both sides. */
export interface GroupContents {
  readonly contents: readonly PlannedContent[];
  readonly sources: readonly DifferenceBase[];
}

/**
 * Every leaf that is not copied is a content. Behind the bases of a block's contents come those old parts that no leaf of it names: what
 * disappeared, and may be found again in what is new.
 */
export function groupContents(blocks: readonly PlannedBlock[], olds: readonly OldBlock[]): GroupContents {
  const contents: PlannedContent[] = [];
  return { sources: planContents(blocks, olds, (content) => contents.push(content)), contents };
}

/**
 * {@link groupContents} for who needs to keep none of them.
 * @param tell is told every content, in their order
 * @returns the sources
 */
export function planContents(
  blocks: readonly PlannedBlock[],
  olds: readonly OldBlock[],
  tell: (content: PlannedContent) => void,
): GroupContents['sources'] {
  const sources = new Sources(olds);
  for (const [at, block] of blocks.entries()) {
    const planned =
      block.recipe === undefined ? [whole(block, at, sources)] : parts(block, block.recipe, at, sources);
    for (const content of planned) if (content.size > 0) tell(content);
  }
  return sources.list;
}

function whole({ size, bases: [first] }: PlannedBlock, block: number, sources: Sources): PlannedContent {
  return { block, leaf: undefined, size, ...(first !== undefined && { base: sources.whole(first) }) };
}

function parts({ bases }: PlannedBlock, recipe: Recipe, block: number, sources: Sources): PlannedContent[] {
  const archives = sources.archives(bases);
  const named = new Set<PartKey>();
  const contents: PlannedContent[] = [];
  for (const leaf of leaves(recipe)) {
    const { origin, packing, size } = leaf.part;
    const old = origin && archives[origin.old];
    if (origin !== undefined) named.add(keyOf(origin.old, origin.position));
    if (origin !== undefined && origin.is !== 'base') continue;
    const base =
      origin && old !== undefined ? sources.part(old, origin.position, packing === 'raw') : undefined;
    contents.push({ block, leaf, size, ...(base !== undefined && { base }) });
  }
  if (contents.length > 0) for (const [i, old] of archives.entries()) sources.disappeared(old, i, named);
  return contents;
}

/** A number for most parts: texts are slower, and parts are many. */
type PartKey = number | string;

function keyOf(old: number, position: Position): PartKey {
  const [at = 0] = position;
  return position.length === 1 ? old * partLimit + at : `${old}:${position.join('.')}`;
}

/** What contents are compared with, each once, in the order in which it is first named. */
class Sources {
  readonly list: DifferenceBase[] = [];
  readonly #olds: readonly OldBlock[];
  readonly #wholes = new Map<PartKey, number>();
  readonly #parts = new Map<PartKey, number>();
  readonly #packed = new Map<PartKey, number>();
  readonly #held = new HeldContents();

  constructor(olds: readonly OldBlock[]) {
    this.#olds = olds;
  }

  /** Those of the bases that are archives: the older archives of a skeleton. */
  archives(bases: readonly number[]): number[] {
    return bases.filter((one) => this.#olds[one]?.layout !== undefined);
  }

  whole(old: number): number {
    return this.#add(this.#wholes, old, () => this.#old(old).content);
  }

  part(old: number, position: Position, packed: boolean): number | undefined {
    const block = this.#old(old);
    const part = block.layout && oldPartAt(block.layout, position);
    if (part === undefined || (!packed && !isReadable(part))) return undefined;
    return this.#add(packed ? this.#packed : this.#parts, keyOf(old, position), () =>
      partAccess(block, position, part, packed, this.#held),
    );
  }

  disappeared(old: number, as: number, named: ReadonlySet<PartKey>): void {
    const { layout } = this.#old(old);
    for (const { position, part } of layout === undefined ? [] : oldLeaves(layout))
      if (isReadable(part) && !named.has(keyOf(as, position))) this.part(old, position, false);
  }

  #add(to: Map<PartKey, number>, key: PartKey, make: () => DifferenceBase): number {
    const known = to.get(key);
    if (known !== undefined) return known;
    this.list.push(make());
    to.set(key, this.list.length - 1);
    return this.list.length - 1;
  }

  #old(at: number): OldBlock {
    const old = this.#olds[at];
    if (old === undefined) throw new RangeError(`no old block ${at}`);
    return old;
  }
}
