import { areCoordinates } from '../coordinates.ts';
import { mavenScopes } from './maven-output.ts';
import type { ResolvedComponent, ResolverEvidence } from './resolver-evidence.ts';

const line = /^([^:\s]+):([^:\s]+):([^:\s]*):([^:\s]+):([^:\s]+)$/;

/**
 * Reads the list that Quarkus writes beside a fast-jar: `group:artifact:[classifier]:type:version`.
 * @returns undefined when a line of it is something else
 */
export function readQuarkusDependencies(text: string, name: string): ResolverEvidence | undefined {
  const components: ResolvedComponent[] = [];
  for (const raw of text.split(/\r?\n/)) {
    const said = raw.trim();
    if (said === '') continue;
    const [, group, artifact, classifier, type, version] = line.exec(said) ?? [];
    if (group === undefined || artifact === undefined || type === undefined || version === undefined)
      return undefined;
    // `group:artifact:type:version:scope` is Maven's.
    if (mavenScopes.has(version)) return undefined;
    const coordinates = { group, artifact, version, classifier: classifier || undefined };
    if (!areCoordinates(coordinates)) return undefined;
    components.push({ ...coordinates, type, classifierKnown: true, hashes: [] });
  }
  return components.length > 0 ? { source: 'quarkus', name, components, complete: true } : undefined;
}
