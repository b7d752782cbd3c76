import type { PackContext } from '@block-pack/core';
import type { IdentifiedJar } from './application-jars.ts';
import { type Coordinates, coordinatesText } from './coordinates.ts';
import type { ResolvedComponent, ResolverEvidence } from './evidence/resolver-evidence.ts';
import { fileNameOf } from './jar-name.ts';
import { type Resolutions, resolutionKey } from './resolutions.ts';
import { shown } from './warnings.ts';

interface PackedJars {
  readonly jars: readonly IdentifiedJar[];
  /** Those that are not the application's own. */
  readonly libraries: readonly IdentifiedJar[];
  /** True where a build has left out what has no classes. */
  readonly isFatJar: boolean;
}

/** Where what is packed is not what the lists say is needed. */
export function warnOfLists(
  packed: PackedJars,
  evidence: readonly ResolverEvidence[],
  resolutions: Resolutions,
  context: PackContext,
): void {
  warnOfTests(packed, resolutions, context);
  for (const lock of evidence) if (lock.source === 'gradle-lockfile') warnOfLock(packed, lock, context);
}

function warnOfTests({ libraries }: PackedJars, resolutions: Resolutions, { warn }: PackContext): void {
  const names = libraries.flatMap(({ identity, part }) => {
    const key = identity.kind === 'known' ? resolutionKey(identity.coordinates) : '';
    return resolutions.get(key)?.scope === 'test' ? [fileNameOf(part.file)] : [];
  });
  if (names.length === 0) return;
  const advice = 'Let the build leave them out: copy-dependencies does with -DincludeScope=runtime';
  const message = `${names.length} of ${libraries.length} libraries are there for tests alone: ${shown(names)}. ${advice}.`;
  warn({ code: 'TESTS_PACKED', message });
}

/** A lock is a promise of what ships, in these versions and no others. */
function warnOfLock(
  { jars, libraries, isFatJar }: PackedJars,
  { name, components }: ResolverEvidence,
  { warn }: PackContext,
): void {
  const locked = new Set(components.map(versioned));
  const versions = new Map(components.map(({ artifact, version }) => [artifact, version]));
  const extra = libraries.flatMap((jar) => {
    if (jar.identity.kind === 'known' && locked.has(versioned(jar.identity.coordinates))) return [];
    const other = versions.get(artifactOf(jar));
    return [`${fileNameOf(jar.part.file)}${other === undefined ? '' : ` (${other} is locked)`}`];
  });
  const packed = new Set(jars.map(artifactOf));
  const missing = isFatJar ? [] : components.filter((one) => isMissing(one, packed)).map(versioned);
  const told = [
    ...(extra.length === 0 ? [] : [`${name} does not have ${shown(extra)}`]),
    ...(missing.length === 0 ? [] : [`of ${name} these are not packed: ${shown(missing)}`]),
  ];
  if (told.length === 0) return;
  const advice = 'Build anew, or lock anew with gradle dependencies --write-locks';
  warn({ code: 'LOCK_DISAGREES', message: `${told.join('; ')}. ${advice}.` });
}

function artifactOf({ identity }: IdentifiedJar): string {
  return identity.kind === 'known' ? identity.coordinates.artifact : identity.named.artifact;
}

/** Locks also have what no file belongs to: platforms, and of a Kotlin library the name that stands for its variants. */
function isMissing({ artifact, scope }: ResolvedComponent, packed: ReadonlySet<string>): boolean {
  if (scope !== 'runtime' || /-(bom|dependencies|platform)$/.test(artifact)) return false;
  return !packed.has(artifact) && !packed.has(`${artifact}-jvm`);
}

function versioned({ group, artifact, version }: Coordinates): string {
  return coordinatesText({ group, artifact, version });
}
