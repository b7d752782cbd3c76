import type { Confidence, Evidence } from '@block-pack/core';
import { type Coordinates, coordinatesText, type NamedJar } from './coordinates.ts';

/** What a jar is: published under these coordinates, or something of which no more than a name is known. */
export type JarIdentity =
  | KnownIdentity
  | { readonly kind: 'unknown'; readonly named: NamedJar; readonly candidates: readonly Coordinates[] };

export interface KnownIdentity {
  readonly kind: 'known';
  readonly coordinates: Coordinates;
  readonly evidence: readonly Evidence[];
  readonly doubts: readonly Doubt[];
}

/** Something that speaks against coordinates, although nothing better is known. */
export interface Doubt {
  /** Of the warning that tells it. */
  readonly code: 'DIGEST_DISAGREES' | 'GROUP_DISAGREES';
  readonly detail: string;
}

/** Something that speaks for coordinates. */
export interface Claim {
  readonly coordinates: Coordinates;
  readonly source: string;
  readonly confidence: Confidence;
  readonly detail: string;
}

/**
 * Believes the first rank whose claims all name the same, and adds what the ranks below say for it.
 * @param ranks the surest first
 * @returns undefined when every rank is empty or at odds with itself
 */
export function settle(ranks: readonly (readonly Claim[])[]): KnownIdentity | undefined {
  const agreed = ranks.find((claims) => distinct(claims.map((claim) => claim.coordinates)).length === 1)?.[0];
  if (agreed === undefined) return undefined;
  const { coordinates } = agreed;
  const evidence = new Map<string, Evidence>();
  for (const { coordinates: named, source, confidence, detail } of ranks.flat()) {
    if (coordinatesText(named) !== coordinatesText(coordinates) || evidence.has(source)) continue;
    evidence.set(source, { source, confidence, detail });
  }
  return { kind: 'known', coordinates, evidence: [...evidence.values()], doubts: [] };
}

export function distinct(all: readonly Coordinates[]): readonly Coordinates[] {
  return [...new Map(all.map((one) => [coordinatesText(one), one])).values()];
}
