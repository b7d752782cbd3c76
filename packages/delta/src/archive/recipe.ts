import type { DeflateParameters } from '../deflate/deflate-parameters.ts';
import type { TreeDirectory, TreeFile, TreeLink } from './tree-layout.ts';
import type { ZipEnd, ZipFacts, ZipHead } from './zip-layout.ts';

/** How an archive's bytes are made from contents. */
export type Recipe = ZipRecipe | TreeRecipe | TarRecipe;

export interface ZipRecipe {
  readonly kind: 'zip';
  readonly parts: readonly RecipePart[];
  readonly directoryAt: number;
  readonly directory: readonly number[];
  readonly shift: number;
  readonly end: ZipEnd;
}

export interface TreeRecipe {
  readonly kind: 'tree';
  readonly parts: readonly RecipePart[];
}

/** All parts are gaps. */
export interface TarRecipe {
  readonly kind: 'tar';
  readonly parts: readonly RecipePart[];
}

export interface RecipePart {
  readonly head: RecipeHead;
  /** Bytes of what has to be supplied for it. */
  readonly size: number;
  readonly packing: Packing;
  /** What headers say; undefined where it follows from the content. */
  readonly facts: ZipFacts | undefined;
  /** What it resembles in an older archive. */
  readonly origin: Origin | undefined;
  /** How the content itself is made, where it is an archive that was taken apart. */
  readonly nested: ZipRecipe | undefined;
}

export type RecipeHead =
  | { readonly kind: 'gap' }
  | { readonly kind: 'entry'; readonly zip: ZipHead }
  | { readonly kind: 'file'; readonly tree: Omit<TreeFile, 'offset' | 'size'> }
  | { readonly kind: 'link'; readonly tree: TreeLink | TreeDirectory };

/**
 * How a part's bytes are made from what is supplied. `stored`, `raw` and `copied`: they are it. `raw` are those that nobody could unpack and pack
 * again, `copied` those that an older archive has exactly so.
 */
export type Packing = 'stored' | 'raw' | 'copied' | DeflateParameters;

/**
 * `packed`: the old part's bytes as they lie there are these. `content`: the old part's content is this one. `base`: they resemble each other;
 * for a `raw` part it is the bytes as they lie there that do.
 */
export interface Origin {
  readonly is: 'packed' | 'content' | 'base';
  /** Which one of the older archives. */
  readonly old: number;
  readonly position: Position;
}

/** The way to a part: its position among the parts of an archive, after those of the archives around it. */
export type Position = readonly number[];

/** A part that has to be supplied. */
export interface Leaf {
  readonly part: RecipePart;
  readonly position: Position;
}

/** Bytes of all contents that are deflated to make the archive, those inside of archives counted again. */
export function deflatedSize(recipe: Recipe): number {
  let sum = 0;
  for (const { packing, size, nested } of recipe.parts)
    sum += (nested === undefined ? 0 : deflatedSize(nested)) + (typeof packing === 'string' ? 0 : size);
  return sum;
}

/** All parts that have bytes and are not made from others, in the order of the file. */
export function leaves(recipe: Recipe): Leaf[] {
  const found: Leaf[] = [];
  addLeaves(recipe, [], found);
  return found;
}

/** Those parts alone: of a first install they are half a million. */
export function leafParts(recipe: Recipe): RecipePart[] {
  const found: RecipePart[] = [];
  addLeafParts(recipe, found);
  return found;
}

function addLeafParts({ parts }: Recipe, to: RecipePart[]): void {
  for (const part of parts)
    if (part.nested !== undefined) addLeafParts(part.nested, to);
    else if (part.size > 0) to.push(part);
}

function addLeaves({ parts }: Recipe, above: Position, to: Leaf[]): void {
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as RecipePart;
    if (part.nested !== undefined) addLeaves(part.nested, positionIn(above, i), to);
    else if (part.size > 0) to.push({ part, position: positionIn(above, i) });
  }
}

/** @param above where the archive is that has the part `at` */
export function positionIn(above: Position, at: number): Position {
  return above.length === 0 ? [at] : [...above, at];
}
