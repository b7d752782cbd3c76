import fc from 'fast-check';
import { expect, test } from 'vitest';
import { declaredLicense } from './declared-license.ts';

test.each([
  ['Apache-2.0', 'Apache-2.0'],
  [
    '(MIT OR GPL-2.0-only WITH Classpath-exception-2.0)',
    '(MIT OR GPL-2.0-only WITH Classpath-exception-2.0)',
  ],
  ['The Apache Software License, Version 2.0', 'Apache-2.0'],
  ['https://www.apache.org/licenses/LICENSE-2.0.txt', 'Apache-2.0'],
  ['The MIT License (MIT)', 'MIT'],
  ['Eclipse Public License - v 1.0', 'EPL-1.0'],
])('%s is known to mean %s', (text, spdx) => {
  expect(declaredLicense(text)).toEqual({ text, spdx });
});

test.each([
  'BSD',
  'BSD License',
  'GPL',
  'SEE LICENSE IN x',
  'Apache Software License',
  'UNLICENSED',
  '',
  '__proto__',
])('%j could be several, or none, and is not guessed', (text) => {
  expect(declaredLicense(text)).toEqual({ text });
});

test('any text is kept', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      expect(declaredLicense(text).text).toBe(text);
    }),
  );
});
