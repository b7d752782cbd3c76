import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions } from './compare-versions.ts';

const compare = (a: string, b: string) => Math.sign(compareVersions('maven', a, b));

function expectAscending(versions: readonly string[]): void {
  for (const [at, low] of versions.entries()) {
    for (const high of versions.slice(at + 1)) {
      expect([low, high, compare(low, high), compare(high, low)]).toEqual([low, high, -1, 1]);
    }
  }
}

function expectEqual(...versions: string[]): void {
  for (const a of versions) for (const b of versions) expect([a, b, compare(a, b)]).toEqual([a, b, 0]);
}

describe("the examples of Maven's version order specification", () => {
  test('nothings at the end, and before a hyphen, are trimmed', () => {
    expectEqual(
      '1',
      '1.0',
      '1.0.0',
      '1.ga',
      '1-ga',
      '1.final',
      '1-0',
      '1.',
      '1-',
      '1.0.0-0.0.0',
      '1.release',
    );
    expectEqual('1.0.0-foo.0.0', '1-foo', '1.foo');
    expectEqual('1-1.foo-bar1baz-.1', '1-1.foo-bar-1-baz-0.1');
  });

  test('numbers and qualifiers are padded', () => {
    expectAscending(['1', '1.1']);
    expectAscending(['1-snapshot', '1', '1-sp']);
    expectAscending(['1-foo2', '1-foo10']);
    expectAscending(['1.foo', '1-1', '1.1']);
    expectAscending(['1-ga.1', '1-sp.1']);
    expectAscending(['1-sp-1', '1-ga-1']);
    expectEqual('1-a1', '1-alpha-1');
  });
});

test('qualifiers come in their order, numbers behind them', () => {
  expectAscending([
    ...[
      '1-alpha2snapshot',
      '1-alpha2',
      '1-alpha-123',
      '1-beta-2',
      '1-beta123',
      '1-m2',
      '1-m11',
      '1-rc',
      '1-cr2',
    ],
    ...[
      '1-rc123',
      '1-SNAPSHOT',
      '1',
      '1-sp',
      '1-sp2',
      '1-sp123',
      '1-abc',
      '1-def',
      '1-pom-1',
      '1-1-snapshot',
    ],
    ...['1-1', '1-2', '1-123'],
  ]);
  expectAscending([
    ...[
      '2.0',
      '2.0.a',
      '2-1',
      '2.0.2',
      '2.0.123',
      '2.1.0',
      '2.1-a',
      '2.1b',
      '2.1-c',
      '2.1-1',
      '2.1.0.1',
      '2.2',
    ],
    ...['2.123', '11.a2', '11.a11', '11.b2', '11.b11', '11.m2', '11.m11', '11', '11.a', '11b', '11c', '11m'],
  ]);
});

test('one version is written in many ways', () => {
  expectEqual('1x', '1.x', '1-X', '1.0-x', '1.0.0x');
  expectEqual('1a1', '1-Alpha1', '1.0.alpha-1');
  expectEqual('1cr', '1RC');
  expectEqual('1.0.RELEASE', '1', '1.0.0.Final');
  expectEqual('1.01', '1.1');
});

test('real versions come in the order of their releases', () => {
  expectAscending(['5.2.9.RELEASE', '5.2.10.RELEASE', '5.3.0', '6.0.0-M1', '6.0.0-RC1', '6.0.0']);
  expectAscending(['4.1.0.Beta1', '4.1.0.CR1', '4.1.9.Final', '4.1.10.Final', '4.1.100.Final']);
  expectAscending(['9.4.43.v20210629', '9.4.44.v20210927', '10.0.6']);
  expectAscending(['2.3-rc1', '2.3', '2.3-jre9', '2.3-1', '2.3.1']);
  expectAscending([
    '20190126.230843',
    '1234567890.12345',
    '123456789012345.1H.5-beta',
    '12345678901234567890.1H.5-beta',
  ]);
  expectAscending(['6.1.0rc3', '6.1.0', '6.1H.5-beta']);
});

test('any texts have one order', () => {
  const word = fc.constantFrom(
    '0',
    '1',
    '00',
    '10',
    'a',
    'alpha',
    'rc',
    'ga',
    'sp',
    'x',
    '.',
    '-',
    '_',
    'é',
    '',
  );
  const version = fc.array(word, { maxLength: 7 }).map((words) => words.join(''));
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(compare(a, b)).toBe(0 - compare(b, a));
      const sorted = [a, b, c].sort(compare);
      expect(compare(sorted[0] ?? '', sorted[2] ?? '')).toBeLessThanOrEqual(0);
      if (compare(a, b) === 0) expect(compare(a, c)).toBe(compare(b, c));
    }),
    { numRuns: 2000 },
  );
});
