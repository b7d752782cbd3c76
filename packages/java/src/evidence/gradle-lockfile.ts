import { areCoordinates } from '../coordinates.ts';
import type { ResolvedComponent, ResolverEvidence } from './resolver-evidence.ts';

const line = /^([^:=\s]+):([^:=\s]+):([^:=\s]+)=(\S*)$/;

/**
 * Reads `gradle.lockfile`: `group:artifact:version=configuration,...`.
 * @returns undefined when a line of it is something else
 * @see https://docs.gradle.org/current/userguide/dependency_locking.html
 */
export function readGradleLockfile(text: string, name: string): ResolverEvidence | undefined {
  const components: ResolvedComponent[] = [];
  let isLockfile = false;
  for (const raw of text.split(/\r?\n/)) {
    const said = raw.trim();
    if (said === '' || said.startsWith('#')) continue;
    isLockfile = true;
    if (said.startsWith('empty=')) continue;
    const [, group, artifact, version, configurations = ''] = line.exec(said) ?? [];
    if (group === undefined || artifact === undefined || version === undefined) return undefined;
    if (!areCoordinates({ group, artifact, version })) return undefined;
    const scope = scopeIn(configurations.split(','));
    components.push({ group, artifact, version, type: 'jar', classifierKnown: false, scope, hashes: [] });
  }
  return isLockfile ? { source: 'gradle-lockfile', name, components, complete: true } : undefined;
}

/**
 * What Maven would call it, by the configurations of Gradle's Java plug-ins; undefined where others lock it.
 * @see https://docs.gradle.org/current/userguide/java_plugin.html#sec:java_plugin_and_dependency_management
 */
function scopeIn(configurations: readonly string[]): string | undefined {
  if (configurations.includes('runtimeClasspath')) return 'runtime';
  if (configurations.includes('compileClasspath')) return 'provided';
  return configurations.every((one) => /^test(Compile|Runtime)Classpath$/.test(one)) ? 'test' : undefined;
}
