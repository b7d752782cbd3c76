import type { Component } from '@block-pack/core';
import type { Coordinates } from './coordinates.ts';
import type { ResolvedComponent, ResolverEvidence } from './evidence/resolver-evidence.ts';

/** What a build says of a component beside its name; what no source tells is absent. */
export type Resolution = Pick<Component, 'relation' | 'scope' | 'isOptional'>;

/** By {@link resolutionKey}. */
export type Resolutions = ReadonlyMap<string, Resolution>;

/** The widest first: what one module compiles with is not only there for the tests of another. */
const scopes = ['compile', 'runtime', 'system', 'provided', 'test'] as const;

/** Of several sources, or modules of one build, the one that needs a component most is believed. */
export function resolutionsIn(sources: readonly ResolverEvidence[]): Resolutions {
  const groups = new Map<string, ResolvedComponent[]>();
  for (const component of sources.flatMap(({ components }) => components)) {
    const key = resolutionKey(component);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [component]);
    else group.push(component);
  }
  return new Map([...groups].map(([key, group]) => [key, resolutionOf(group)]));
}

function resolutionOf(group: readonly ResolvedComponent[]): Resolution {
  const isDirect = group.some((one) => one.isDirect === true);
  const isTransitive = group.some((one) => one.isDirect === false);
  const scope = scopes.find((name) => group.some((one) => one.scope === name));
  return {
    ...(isDirect || isTransitive ? { relation: isDirect ? 'direct' : 'transitive' } : {}),
    ...(scope === undefined ? {} : { scope }),
    ...(group.every((one) => one.isOptional === true) ? { isOptional: true } : {}),
  };
}

/** Whatever the version: the build chose one. */
export function resolutionKey({ group, artifact, classifier }: Coordinates): string {
  return JSON.stringify([group, artifact, classifier ?? '']);
}
