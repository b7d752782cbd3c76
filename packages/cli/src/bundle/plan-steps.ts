import { baseChooser, componentOf, type Digest, type Import, importSize } from '@block-pack/core';
import type { Held } from './held.ts';

/** Something that travels, and what it is written against: undefined where nothing is like it. */
export interface PlannedObject<T> {
  readonly object: T;
  readonly base: T | undefined;
}

/** What is made of one past on the way to the next; the last step makes what is wanted. Each base is in the past of its step, or comes out of a step before. */
export type Steps<T> = readonly (readonly PlannedObject<T>[])[];

/** What objects are called, and how older ones are found. */
export interface StepSearch<T> {
  digest(object: T): Digest;
  /** The one that every past has. */
  shared(object: T): T | undefined;
  /** The one that a past has, by its place among the pasts: the object itself, or the one that is most like it. */
  inPast(object: T, past: number): Promise<T | undefined>;
}

/** Every object in one step, against what all pasts have. */
export function planTogether<T>(wanted: readonly T[], { shared }: StepSearch<T>): Steps<T> {
  return [wanted.map((object) => ({ object, base: shared(object) }))];
}

/**
 * Where no base is in every past, each past is brought to the next one, and the last to what is wanted: a site begins where it stands. So several
 * small changes travel in place of the whole object. An object is made in one way only; where that cannot be, it travels whole.
 * @param count of pasts, the oldest first
 */
export async function planInSteps<T>(
  wanted: readonly T[],
  count: number,
  search: StepSearch<T>,
): Promise<Steps<T>> {
  const steps: PlannedObject<T>[][] = Array.from({ length: count }, () => []);
  const ends = new Set(wanted.map((object) => search.digest(object)));
  const taken = new Map<Digest, { readonly step: number; readonly base: Digest }>();
  const plain: PlannedObject<T>[] = [];
  for (const object of wanted) {
    const base = search.shared(object);
    const chain = base === undefined ? await chainOf(object, count, search) : undefined;
    const isFree = chain?.every((link, at) => {
      const one = search.digest(link.object);
      const known = taken.get(one);
      if (known !== undefined) return known.step === link.step && known.base === search.digest(link.base);
      const isFirst = chain.findIndex((other) => search.digest(other.object) === one) === at;
      return isFirst && (at === 0 || !ends.has(one));
    });
    if (chain === undefined || !isFree) {
      plain.push({ object, base });
      continue;
    }
    for (const { step, object: one, base: old } of chain) {
      const digest = search.digest(one);
      if (!taken.has(digest)) steps[step]?.push({ object: one, base: old });
      taken.set(digest, { step, base: search.digest(old) });
    }
  }
  steps.at(-1)?.push(...plain);
  return steps;
}

/** Most steps that versions of one thing take: those behind them are all written against the last version of the step before. */
const mostVersions = 16;

/**
 * The same steps, and behind the last one more for each further version of what travels whole in it: so the first version travels whole, and each
 * other one as a change of an earlier one.
 * @param earlier for each object the most alike of those before it
 */
export function planVersions<T>(
  steps: Steps<T>,
  earlier: (objects: readonly T[]) => readonly (T | undefined)[],
): Steps<T> {
  const last = steps.at(-1) ?? [];
  const whole = last.filter(({ base }) => base === undefined).map(({ object }) => object);
  const bases = new Map<T, T>();
  const ages = new Map<T, number>();
  for (const [at, nearest] of earlier(whole).entries()) {
    const object = whole[at];
    if (object === undefined || nearest === undefined) continue;
    const base = ages.get(nearest) === mostVersions ? (bases.get(nearest) ?? nearest) : nearest;
    bases.set(object, base);
    ages.set(object, (ages.get(base) ?? 0) + 1);
  }
  const versions: PlannedObject<T>[][] = Array.from({ length: 1 + Math.max(0, ...ages.values()) }, () => []);
  for (const { object, base } of last)
    versions[ages.get(object) ?? 0]?.push({ object, base: base ?? bases.get(object) });
  return [...steps.slice(0, -1), ...versions];
}

interface ChainLink<T> {
  readonly step: number;
  readonly object: T;
  readonly base: T;
}

/** From the newest past back to the oldest, so what is wanted comes first; undefined where one of them has nothing that is like the object. */
async function chainOf<T>(
  wanted: T,
  count: number,
  { digest, inPast }: StepSearch<T>,
): Promise<readonly ChainLink<T>[] | undefined> {
  const chain: ChainLink<T>[] = [];
  let object = wanted;
  for (let step = count - 1; step >= 0; step--) {
    const base = await inPast(wanted, step);
    if (base === undefined) return undefined;
    if (digest(base) !== digest(object)) chain.push({ step, object, base });
    object = base;
  }
  return chain;
}

/** The pasts, those that lack most first. */
export async function oldestFirst(
  pasts: readonly Held[],
  wanted: readonly Import[],
): Promise<readonly Held[]> {
  const lacking = await Promise.all(
    pasts.map(async (past) => {
      let bytes = 0;
      for (const line of wanted) if (!(await past.has(line.digest))) bytes += importSize(line) ?? 0;
      return { past, bytes };
    }),
  );
  return lacking.sort((a, b) => b.bytes - a.bytes).map(({ past }) => past);
}

/** Older imports for newer ones. Of several pasts, one that all have must be of the same component: else each past may have better. */
export async function blockSearch(pasts: readonly Held[]): Promise<StepSearch<Import>> {
  const forAll = baseChooser(await sharedImports(pasts));
  const choosers = pasts.map(({ imports }) => baseChooser(imports));
  return {
    digest: ({ digest }) => digest,
    shared(line) {
      const base = forAll(line);
      const isSame = base !== undefined && componentOf(base) === componentOf(line);
      return pasts.length === 1 || (isSame && componentOf(line) !== undefined) ? base : undefined;
    },
    async inPast(line, at) {
      return (await pasts[at]?.has(line.digest)) ? line : choosers[at]?.(line);
    },
  };
}

/** What every past has, as the first imports it. */
async function sharedImports(pasts: readonly Held[]): Promise<readonly Import[]> {
  const shared: Import[] = [];
  for (const line of pasts[0]?.imports ?? []) {
    const known = await Promise.all(pasts.map((past) => past.has(line.digest)));
    if (known.every(Boolean)) shared.push(line);
  }
  return shared;
}
