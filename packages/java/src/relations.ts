import type { Component } from '@block-pack/core';
import type { Coordinates } from './coordinates.ts';
import type { ResolverEvidence } from './evidence/resolver-evidence.ts';

/** Whether the application names a component itself, by {@link relationKey}; what no source tells is absent. */
export type Relations = ReadonlyMap<string, NonNullable<Component['relation']>>;

/** Of several sources, or modules of one build, one that names it directly is enough. */
export function relationsIn(sources: readonly ResolverEvidence[]): Relations {
  const relations = new Map<string, NonNullable<Component['relation']>>();
  for (const component of sources.flatMap(({ components }) => components)) {
    const { isDirect } = component;
    const key = relationKey(component);
    if (isDirect === true) relations.set(key, 'direct');
    else if (isDirect === false && !relations.has(key)) relations.set(key, 'transitive');
  }
  return relations;
}

/** Whatever the version: the build chose one. */
export function relationKey({ group, artifact, classifier }: Coordinates): string {
  return JSON.stringify([group, artifact, classifier ?? '']);
}
