import { describe, expect, test } from 'vitest';
import { compareVersions } from './compare-versions.ts';
import type { Ecosystem } from './ecosystem.ts';
import { changeKind, type VersionStep } from './version-step.ts';

const ascending: readonly [Ecosystem, ...string[]][] = [
  // https://semver.org/#spec-item-11
  [
    'npm',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.1',
    '1.10.0',
  ],
  // https://packaging.python.org/en/latest/specifications/version-specifiers/#summary-of-permitted-suffixes-and-relative-ordering
  [
    'pypi',
    '1.0.dev456',
    '1.0a1',
    '1.0a2.dev456',
    '1.0a12',
    '1.0b1.dev456',
    '1.0b2',
    '1.0rc1',
    '1.0',
    '1.0+abc.5',
    '1.0+5',
    '1.0.post456',
    '1.1.dev1',
    '1!0.1',
  ],
  ['other', '1', '1.2', '1.10'],
];

test.each(ascending)('%s orders versions as it specifies', (ecosystem, ...versions) => {
  const shuffled = [...versions].reverse();
  expect(shuffled.sort((a, b) => compareVersions(ecosystem, a, b))).toEqual(versions);
});

test('what is no version of its ecosystem comes first, in an order of its own', () => {
  const versions = ['1.0.0', 'latest', '', '0.1.0', '2024'];
  expect(versions.sort((a, b) => compareVersions('npm', a, b))).toEqual([
    '',
    'latest',
    '2024',
    '0.1.0',
    '1.0.0',
  ]);
});

const steps: readonly [Ecosystem, string, string, VersionStep][] = [
  ['npm', '1.2.3', '2.0.0', 'major'],
  ['npm', '1.2.3', '1.3.0', 'minor'],
  ['npm', '1.2.3', '1.2.4', 'patch'],
  ['npm', '0.1.0', '0.2.0', 'minor'],
  ['npm', '1.0.0-rc.1', '1.0.0', 'prerelease'],
  ['npm', '1.0.0-rc.1', '1.0.0-rc.2', 'prerelease'],
  ['npm', '1.2.3', '2.0.0-rc.1', 'major'],
  ['npm', '1.2.3', '1.2.2', 'downgrade'],
  ['npm', '1.2.3+a', '1.2.3+b', 'same'],
  ['npm', '1.2.3', 'file:../x', 'unknown'],
  ['maven', '2.15.3', '2.16.0', 'minor'],
  ['maven', '2.15.3', '2.15.3.1', 'patch'],
  ['maven', '5.3.0.RELEASE', '6.0.0', 'major'],
  ['maven', '31.1-jre', '32.0-jre', 'major'],
  ['maven', '1.0.0-rc1', '1.0.0', 'prerelease'],
  ['maven', '1.0-SNAPSHOT', '1.0', 'prerelease'],
  ['maven', '1.0', '1.0-2', 'patch'],
  ['maven', '9.4.43.v20210629', '9.4.43.v20210927', 'patch'],
  ['maven', '1.0', '1.0.0', 'same'],
  ['maven', 'Finchley.SR1', 'Finchley.SR2', 'unknown'],
  ['pypi', '1.26.4', '2.0.0', 'major'],
  ['pypi', '2.1', '2.1.post1', 'patch'],
  ['pypi', '2.1rc1', '2.1', 'prerelease'],
  ['pypi', '9.9', '1!1.0', 'major'],
  ['pypi', '2024.1', '2024.2', 'minor'],
];

describe('the kind of step', () => {
  test.each(steps)('of %s from %s to %s is %s', (ecosystem, from, to, step) => {
    expect(changeKind(ecosystem, from, to)).toBe(step);
  });

  test('without a version is unknown', () => {
    expect(changeKind('npm', undefined, '1.0.0')).toBe('unknown');
    expect(changeKind('npm', undefined, undefined)).toBe('same');
  });
});
