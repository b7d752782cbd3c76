import { describe, expect, test } from 'vitest';
import { declaredLicense } from '../contents/declared-license.ts';
import { fakeContents } from '../testing/fake-contents.ts';
import { canBeUsed, licenseEntry } from './license-entry.ts';

function isAllowed(allowed: readonly string[], declared: readonly string[], type = 'npm'): boolean {
  const facts = { licenses: declared.map(declaredLicense), nativeCode: [] };
  const [one] = fakeContents([['/a', 'a', `${type}/g/a@1`]], type, { facts: () => facts }).packages;
  const entries = allowed.map(licenseEntry);
  if (one === undefined) throw new Error('one package');
  return canBeUsed(one, (licence) => entries.some((entry) => entry.matches(licence)));
}

describe('what is declared', () => {
  test.each([
    [['MIT'], ['MIT'], true],
    [['MIT'], ['MIT OR GPL-3.0'], true],
    [['MIT'], ['MIT AND GPL-3.0'], false],
    [['MIT', 'GPL-3.0-only'], ['MIT AND GPL-3.0'], true],
    [['MIT'], ['(MIT OR GPL-3.0) AND ISC'], false],
    [['MIT', 'ISC'], ['(MIT OR GPL-3.0) AND ISC'], true],
    [['GPL-2.0-only'], ['GPL-2.0-or-later'], true],
    [['GPL-2.0-or-later'], ['GPL-2.0-only'], false],
    [['GPL-2.0-or-later'], ['GPL-2.0+'], true],
    [['LGPL-2.1'], ['GPL-2.1'], false],
    [['GPL-2.0-only'], ['GPL-2.0-only WITH Classpath-exception-2.0'], false],
    [['GPL-2.0 WITH Classpath-exception-2.0'], ['GPL-2.0-only WITH Classpath-exception-2.0'], true],
    [['Apache License, Version 2.0'], ['Apache-2.0'], true],
    [['Apache-2.0'], ['The Apache License 2.0'], true],
    [['name:Our Licence'], ['Our Licence'], true],
    [['MIT'], ['Our Licence'], false],
    [['MIT'], ['name:MIT'], false],
  ])('with %j allowed, %j is allowed: %s', (allowed, declared, expected) =>
    expect(isAllowed(allowed, declared)).toBe(expected),
  );

  test('holds all together, but for Maven, where a user may choose', () => {
    expect(isAllowed(['EPL-2.0'], ['EPL-2.0', 'LGPL-2.1'])).toBe(false);
    expect(isAllowed(['EPL-2.0'], ['EPL-2.0', 'LGPL-2.1'], 'maven')).toBe(true);
    expect(isAllowed(['EPL-2.0'], ['MIT', 'LGPL-2.1'], 'maven')).toBe(false);
  });

  test('is not allowed where it is deeper than can be read', () => {
    expect(isAllowed(['MIT', 'ISC'], [`${'('.repeat(50_000)}MIT OR ISC${')'.repeat(50_000)}`])).toBe(false);
  });
});

test.each(['', 'MIT OR ISC', 'Our Licence', 'GPL', 'name:'])('%j is not one licence', (text) =>
  expect(() => licenseEntry(text)).toThrow(/is not one licence/),
);
