import { explain } from '@renovatebot/pep440';
import { parse as parseSemver } from 'semver';
import { compareVersions } from './compare-versions.ts';
import type { Ecosystem } from './ecosystem.ts';
import { isMavenPreRelease, mavenNumbers, parseMavenVersion } from './maven-version.ts';

/**
 * What kind of step it is from one version to another. `same`: one version, perhaps other content. `prerelease`: among pre-releases of one
 * release, or from one to it. `unknown`: a version is missing, or none of its ecosystem.
 */
export type VersionStep = 'major' | 'minor' | 'patch' | 'prerelease' | 'same' | 'downgrade' | 'unknown';

/** The numbers of a release, the weightiest first, and whether the version only leads up to it. */
interface Release {
  readonly numbers: readonly string[];
  readonly isPreRelease: boolean;
}

export function changeKind(
  ecosystem: Ecosystem,
  from: string | undefined,
  to: string | undefined,
): VersionStep {
  if (from === undefined || to === undefined) return from === to ? 'same' : 'unknown';
  if (from === to) return 'same';
  const [before, after] = [releaseOf(ecosystem, from), releaseOf(ecosystem, to)];
  if (before === undefined || after === undefined) return 'unknown';
  const order = compareVersions(ecosystem, from, to);
  if (order > 0) return 'downgrade';
  return order === 0 ? 'same' : upgrade(before, after);
}

function upgrade(before: Release, after: Release): VersionStep {
  const length = Math.max(before.numbers.length, after.numbers.length);
  for (let at = 0; at < length; at++) {
    if ((before.numbers[at] ?? '0') !== (after.numbers[at] ?? '0')) return steps[at] ?? 'patch';
  }
  return before.isPreRelease ? 'prerelease' : 'patch';
}

const steps: readonly VersionStep[] = ['major', 'minor', 'patch'];

function releaseOf(ecosystem: Ecosystem, version: string): Release | undefined {
  switch (ecosystem) {
    case 'npm':
      return semverRelease(version);
    case 'pypi':
      return pep440Release(version);
    case 'maven':
    case 'other':
      return mavenRelease(version);
  }
}

function semverRelease(version: string): Release | undefined {
  const parsed = parseSemver(version, true);
  if (parsed === null) return undefined;
  const { major, minor, patch, prerelease } = parsed;
  return { numbers: [major, minor, patch].map(String), isPreRelease: prerelease.length > 0 };
}

/** A new epoch is the largest step of all. */
function pep440Release(version: string): Release | undefined {
  const parsed = explain(version);
  if (parsed === null) return undefined;
  const { epoch, release, is_prerelease } = parsed;
  const [major = 0, ...rest] = release;
  return { numbers: [`${epoch}!${major}`, ...rest.map(String)], isPreRelease: is_prerelease };
}

function mavenRelease(version: string): Release | undefined {
  const parsed = parseMavenVersion(version);
  if (parsed[0]?.kind !== 'number') return undefined;
  return { numbers: mavenNumbers(parsed), isPreRelease: isMavenPreRelease(parsed) };
}
