import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fakeContents } from '../testing/fake-contents.ts';
import { exactPattern, packagePattern } from './package-pattern.ts';

function one(purl: string | undefined, path = '/a') {
  const [found] = fakeContents([purl === undefined ? [path, 'a'] : [path, 'a', purl]]).packages;
  if (found === undefined) throw new Error('one package');
  return found;
}

const matches = (pattern: string, purl: string) => packagePattern(pattern).matches(one(purl));

test.each([
  ['pkg:npm/lodash', 'npm/lodash@4.17.21'],
  ['pkg:npm/lodash@4.17.21', 'npm/lodash@4.17.21'],
  ['pkg:npm/lodash@4.*', 'npm/lodash@4.17.21'],
  ['pkg:npm/*', 'npm/%40babel/core@7.0.0'],
  ['pkg:npm/@babel/*', 'npm/%40babel/core@7.0.0'],
  ['pkg:npm/%40babel/core', 'npm/%40babel/core@7.0.0'],
  ['pkg:npm/@babel/*@7.*', 'npm/%40babel/core@7.0.0'],
  ['pkg:*/core', 'npm/core@1'],
  ['pkg:maven/org.ow2.*/asm*', 'maven/org.ow2.asm/asm-tree@9.7'],
  ['pkg:maven/io.netty/epoll@4.1.0', 'maven/io.netty/epoll@4.1.0?classifier=linux-x86_64'],
  ['pkg:pypi/Typing_Extensions', 'pypi/typing-extensions@4.0'],
  ['pkg:npm/left-pad', 'npm/left-pad'],
  ['pkg:npm/a*a', 'npm/aa@1'],
])('%s is %s', (pattern, purl) => expect(matches(pattern, purl)).toBe(true));

test.each([
  ['pkg:npm/lodash', 'npm/lodash.merge@4.17.21'],
  ['pkg:npm/lodash@4.17', 'npm/lodash@4.17.21'],
  ['pkg:npm/@babel/*', 'npm/babel-core@7.0.0'],
  ['pkg:npm/*', 'maven/npm/x@1'],
  ['pkg:maven/org.ow2.asm/ASM', 'maven/org.ow2.asm/asm@9.7'],
  ['pkg:npm/a*a', 'npm/a@1'],
  ['pkg:npm/*b*b', 'npm/ab@1'],
  ['pkg:npm/x%2A', 'npm/xy@1'],
])('%s is not %s', (pattern, purl) => expect(matches(pattern, purl)).toBe(false));

test('paths stand for what has no purl, or has it anywhere', () => {
  expect(packagePattern('/etc/*.conf').matches(one(undefined, '/etc/app.conf'))).toBe(true);
  expect(packagePattern('/etc').matches(one(undefined, '/etc/app.conf'))).toBe(false);
  expect(packagePattern('/lib/*').matches(one('npm/a@1', '/lib/a'))).toBe(true);
  expect(packagePattern('pkg:npm/*').matches(one('not a purl'))).toBe(false);
});

test.each([
  '',
  'lodash',
  'pkg:',
  'pkg:npm',
  'pkg:npm/',
  'pkg:npm/a?b=c',
  'pkg:npm/a@',
  'pkg:npm/%zz',
  `/${'a'.repeat(1000)}`,
])('%s is no pattern', (text) => expect(() => packagePattern(text)).toThrow(/is no pattern of packages/));

test('the exact pattern of any package is a pattern, and is of it', () => {
  const name = fc.string({ minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(name, name, fc.constantFrom('npm', 'maven', 'pypi', 'generic'), (a, b, type) => {
      const encoded = [a, b].map(encodeURIComponent);
      const seen = one(`${type}/g/${encoded[0]}@${encoded[1]}`);
      expect(packagePattern(exactPattern(seen)).matches(seen)).toBe(true);
    }),
  );
  const star = one(undefined, '/a*b');
  expect(packagePattern(exactPattern(star)).matches(star)).toBe(true);
  expect(packagePattern(exactPattern(star)).matches(one(undefined, '/acb'))).toBe(false);
});

test('hostile patterns and names take no long time', () => {
  const pattern = packagePattern(`pkg:npm/${'a*'.repeat(480)}b`);
  const started = process.cpuUsage();
  expect(pattern.matches(one(`npm/${'a'.repeat(200_000)}`))).toBe(false);
  expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
});
