import { areCoordinates, type Coordinates } from '../coordinates.ts';
import { pomOf } from '../pom.ts';
import type { XmlElement } from '../xml.ts';
import type { ResolvedComponent, ResolverEvidence } from './resolver-evidence.ts';

/** Reads the dependencies that a pom.xml names with a version; what they bring along is not in it. */
export function readPomDependencies(project: XmlElement, name: string): ResolverEvidence {
  const { group, artifact, version, packaging, dependencies } = pomOf(project);
  const root = componentOf({ group, artifact, version, type: packaging });
  const named = dependencies.flatMap((one) => componentOf(one) ?? []);
  const components = named.map((one) => ({ ...one, isDirect: true }));
  return { source: 'pom', name, root, components, complete: false };
}

type Said = { readonly [K in keyof Coordinates]?: Coordinates[K] | undefined } & {
  readonly type: string;
  readonly scope?: string | undefined;
};

function componentOf({
  group,
  artifact,
  version,
  classifier,
  type,
  scope,
}: Said): ResolvedComponent | undefined {
  if (group === undefined || artifact === undefined || version === undefined) return undefined;
  const coordinates = { group, artifact, version, classifier };
  if (!areCoordinates(coordinates)) return undefined;
  return { ...coordinates, type, scope, classifierKnown: true, hashes: [] };
}
