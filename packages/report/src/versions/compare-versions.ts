import { compare as comparePep440, valid as validPep440 } from '@renovatebot/pep440';
import { compare as compareSemver, valid as validSemver } from 'semver';
import type { Ecosystem } from './ecosystem.ts';
import { compareMavenVersions, parseMavenVersion } from './maven-version.ts';

interface Order {
  isValid(version: string): boolean;
  compare(a: string, b: string): number;
}

/** It takes any text, so it also orders what the others refuse. */
const maven: Order = {
  isValid: () => true,
  compare: (a, b) => compareMavenVersions(parseMavenVersion(a), parseMavenVersion(b)),
};

const orders: Readonly<Record<Ecosystem, Order>> = {
  maven,
  npm: {
    isValid: (version) => validSemver(version, true) !== null,
    compare: (a, b) => compareSemver(a, b, true),
  },
  pypi: { isValid: (version) => validPep440(version) !== null, compare: comparePep440 },
  other: maven,
};

/**
 * Negative where a is older, 0 where both are one version, as the ecosystem itself orders them: semver, Maven's order, PEP 440.
 * What is no version there comes before all that are.
 */
export function compareVersions(ecosystem: Ecosystem, a: string, b: string): number {
  const order = orders[ecosystem];
  const [isA, isB] = [order.isValid(a), order.isValid(b)];
  if (isA && isB) return order.compare(a, b);
  return isA === isB ? maven.compare(a, b) : Number(isA) - Number(isB);
}
