import { describe, expect, test } from 'vitest';
import { declaredFacts } from './declared-facts.ts';

describe('licences', () => {
  test.each([
    [{ license: 'MIT' }, ['MIT']],
    [{ license: ' (MIT OR Apache-2.0) ' }, ['(MIT OR Apache-2.0)']],
    [{ license: { type: 'ISC', url: 'x' } }, ['ISC']],
    [{ licenses: [{ type: 'MIT' }, { type: 'GPL-2.0' }, 'MIT', 3] }, ['MIT', 'GPL-2.0']],
    [{ license: 7 }, []],
    [{ license: '' }, []],
    [{ license: 'x'.repeat(300) }, []],
    [{}, []],
  ])('of %j', (fields, licenses) => {
    expect(declaredFacts(JSON.stringify(fields), false)?.licenses).toEqual(licenses);
  });
});

test('scripts and a binding.gyp run when it is installed', () => {
  const runs = (fields: object, hasGypFile = false) =>
    declaredFacts(JSON.stringify(fields), hasGypFile)?.hasInstallScript;
  expect(runs({ scripts: { postinstall: 'x' } })).toBe(true);
  expect(runs({ scripts: { test: 'x' } })).toBe(false);
  expect(runs({}, true)).toBe(true);
});

test('what is no package.json says nothing', () => {
  for (const text of ['', '[]', '{', 'null']) expect(declaredFacts(text, false)).toBeUndefined();
});
