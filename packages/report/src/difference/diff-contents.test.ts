import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Contents } from '../contents/contents.ts';
import { type FakeLine, fakeContents } from '../testing/fake-contents.ts';
import { contentsBytes, diffContents } from './diff-contents.ts';
import { shownPackage } from './difference.ts';

const rows = (before: Contents, after: Contents) =>
  diffContents(before, after).changes.map(({ kind, before: old, after: current, step, ship }) => [
    (current ?? old)?.name,
    kind,
    old?.version,
    current?.version,
    step,
    ship,
  ]);

test('an update ships the blocks that were not there', () => {
  const before = fakeContents([
    ['/app/lib/asm-9.7.jar', 'asm 9.7', 'maven/org.ow2.asm/asm@9.7'],
    ['/app/lib/gone-1.jar', 'gone', 'maven/g/gone@1'],
    ['/app/lib/kept-1.jar', 'kept', 'maven/g/kept@1'],
  ]);
  const after = fakeContents([
    ['/app/lib/asm-9.8.jar', 'asm 9.8!', 'maven/org.ow2.asm/asm@9.8'],
    ['/app/lib/fresh-2.jar', 'fresh', 'maven/g/fresh@2'],
    ['/app/lib/kept-1.jar', 'kept', 'maven/g/kept@1'],
  ]);
  expect(rows(before, after)).toEqual([
    ['org.ow2.asm:asm', 'changed', '9.7', '9.8', 'minor', 8],
    ['g:fresh', 'new', undefined, '2', 'unknown', 5],
    ['g:gone', 'removed', '1', undefined, 'unknown', 0],
    ['g:kept', 'unchanged', '1', '1', 'same', 0],
  ]);
  expect(diffContents(before, after).figures).toEqual({
    bytes: 17,
    ship: 13,
    reused: 4,
    reusedShare: 4 / 17,
    unknownSizes: 0,
    packages: { changed: 1, new: 1, removed: 1, moved: 0, unchanged: 1 },
  });
});

describe('a package in several versions', () => {
  test('is paired at its path, not by its neighbour’s version', () => {
    const before = fakeContents(
      [
        ['/app/node_modules/ms', 'ms 2.0', 'npm/ms@2.0.0'],
        ['/app/node_modules/debug/node_modules/ms', 'ms 0.7', 'npm/ms@0.7.0'],
      ],
      'npm',
    );
    const after = fakeContents(
      [
        ['/app/node_modules/ms', 'ms 2.1', 'npm/ms@2.1.0'],
        ['/app/node_modules/debug/node_modules/ms', 'ms 2.0', 'npm/ms@2.0.0'],
      ],
      'npm',
    );
    // The content of 2.0.0 is still there, elsewhere: that is what the site reuses.
    expect(rows(before, after)).toEqual([
      ['ms', 'changed', '0.7.0', '2.1.0', 'major', 6],
      ['ms', 'moved', '2.0.0', '2.0.0', 'same', 0],
    ]);
  });

  test('goes the smallest step where only the directory is the same', () => {
    const jar = (version: string): FakeLine => [
      `/lib/a-${version}.jar`,
      `a ${version}`,
      `maven/g/a@${version}`,
    ];
    const before = fakeContents([jar('1.9'), jar('2.0'), jar('3.0')]);
    const after = fakeContents([jar('2.0.1'), jar('3.1')]);
    expect(rows(before, after)).toEqual([
      ['g:a', 'changed', '2.0', '2.0.1', 'patch', 7],
      ['g:a', 'changed', '3.0', '3.1', 'minor', 5],
      ['g:a', 'removed', '1.9', undefined, 'unknown', 0],
    ]);
  });
});

test('a jar whose group is found is the same jar', () => {
  const before = fakeContents([['/lib/io-2.jar', 'io 2', 'generic/io@2', { evidence: 'file-name' }]]);
  const found = fakeContents([['/lib/io-2.jar', 'io 2', 'maven/org.io/io@2', { evidence: 'maven-list' }]]);
  const bumped = fakeContents([
    ['/lib/io-3.jar', 'io 3', 'maven/org.io/io@3', { evidence: 'pom.properties' }],
  ]);
  expect(rows(before, found)).toEqual([['org.io:io', 'moved', '2', '2', 'same', 0]]);
  expect(rows(before, bumped)).toEqual([['org.io:io', 'changed', '2', '3', 'major', 4]]);
});

test('a package that changed under its version is told', () => {
  const before = fakeContents([['/lib/a.jar', 'one', 'maven/g/a@1']]);
  const after = fakeContents([['/lib/a.jar', 'two', 'maven/g/a@1']]);
  expect(rows(before, after)).toEqual([['g:a', 'changed', '1', '1', 'same', 3]]);
});

test('a block of two packages ships once', () => {
  const after = fakeContents([
    ['/lib/a.jar', 'same bytes', 'maven/g/a@1'],
    ['/lib/b.jar', 'same bytes', 'maven/g/b@1'],
  ]);
  const { figures, changes } = diffContents(fakeContents([]), after);
  expect(figures).toMatchObject({ bytes: 10, ship: 10, reused: 0 });
  expect(changes.map(({ ship }) => ship)).toEqual([10, 0]);
});

test('layers of a base count where they are others', () => {
  const base = (text: string, size: number) => ({ digest: `sha256:${text.repeat(64)}` as never, size });
  const before: Contents = { ...fakeContents([]), layers: [base('a', 100), base('b', 10)] };
  const after: Contents = { ...fakeContents([]), layers: [base('a', 100), base('c', 20)] };
  expect(diffContents(before, after)).toMatchObject({
    figures: { bytes: 120, ship: 20, reused: 100 },
    layers: { added: [base('c', 20)], removed: [base('b', 10)] },
  });
});

test('blocks whose size nobody knows are counted, not guessed', () => {
  const after = fakeContents([['/a', 'a']]);
  const unknown = { ...after, packages: after.packages.map(({ size: _, ...one }) => one) };
  expect(diffContents(after, unknown).figures).toMatchObject({ bytes: 0, unknownSizes: 1 });
});

test('what changed inside a package is told where both are known', () => {
  const entry = (path: string, size: number, mark: string) => ({ path, size, mark });
  const knowledge = (entries: ReturnType<typeof entry>[]) => ({
    facts: () => ({ licenses: [], nativeCode: [], entries }),
  });
  const before = fakeContents(
    [['/a.jar', 'old', 'maven/g/a@1']],
    'java',
    knowledge([entry('A', 1, 'x'), entry('B', 2, 'x'), entry('C', 9, 'x')]),
  );
  const after = fakeContents(
    [['/a.jar', 'new', 'maven/g/a@2']],
    'java',
    knowledge([entry('A', 1, 'x'), entry('B', 2, 'y'), entry('D', 5, 'x')]),
  );
  expect(diffContents(before, after).changes[0]?.inside).toEqual({
    added: 1,
    removed: 1,
    changed: 1,
    unchanged: 1,
    entries: [
      { path: 'C', size: 9, change: 'removed' },
      { path: 'D', size: 5, change: 'added' },
      { path: 'B', size: 2, change: 'changed' },
    ],
  });
});

test('every package of both sides is told once, and shipped bytes add up', () => {
  const name = fc.constantFrom('maven/g/a', 'maven/g/b', 'generic/a', 'npm/c', 'pypi/d');
  const line = fc.tuple(
    fc.constantFrom('/x/1', '/x/2', '/y/1', '/z/3', '/z/4'),
    fc.string({ maxLength: 3 }),
    name,
    fc.integer({ min: 0, max: 3 }),
  );
  const contents = fc
    .uniqueArray(line, { maxLength: 12, selector: ([path, content]) => `${path} ${content}` })
    .map((lines) =>
      fakeContents(lines.map(([path, content, purl, version]) => [path, content, `${purl}@${version}`])),
    );
  fc.assert(
    fc.property(contents, contents, (before, after) => {
      const { changes, figures } = diffContents(before, after);
      const sorted = (all: readonly unknown[]) => all.map((one) => JSON.stringify(one)).sort();
      expect(sorted(changes.flatMap((change) => change.before ?? []))).toEqual(sorted(before.packages));
      expect(sorted(changes.flatMap((change) => change.after ?? []))).toEqual(sorted(after.packages));
      const had = new Set(before.packages.map(({ digest }) => digest));
      const lacking = after.packages.filter(({ digest }) => !had.has(digest));
      expect(figures.ship).toBe(contentsBytes({ ...after, packages: lacking }));
      for (const change of changes)
        if (change.before?.digest === change.after?.digest) expect(change.ship).toBe(0);
      expect(diffContents(after, after).figures).toMatchObject({
        ship: 0,
        packages: { changed: 0, new: 0, removed: 0, moved: 0 },
      });
      expect(changes.map(shownPackage)).toHaveLength(changes.length);
    }),
  );
});

test('a thousand versions of one name are compared in an instant', () => {
  const many = (from: number) =>
    fakeContents(
      Array.from(
        { length: 1000 },
        (_, at): FakeLine => [`/lib/a-${from + at}.jar`, `a ${from + at}`, `maven/g/a@${from + at}`],
      ),
    );
  const { figures } = diffContents(many(0), many(5000));
  expect(figures.packages).toMatchObject({ changed: 1000, new: 0, removed: 0 });
});
