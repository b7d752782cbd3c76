import { expect, test } from 'vitest';
import { fakeContents } from '../testing/fake-contents.ts';
import { summarize } from './summarize.ts';

const names = (packages: readonly { readonly name: string; readonly version?: string }[]) =>
  packages.map(({ name, version }) => `${name}@${version}`);

test('a summary says what is large, double, unknown and not as published', () => {
  const contents = fakeContents(
    [
      ['/app/node_modules/a', 'a 1', 'npm/a@1.0.0'],
      ['/app/node_modules/b/node_modules/a', 'a 0.9', 'npm/a@0.9.0'],
      ['/app/node_modules/b', 'bbbbbbbbbb', 'npm/b@1.0.0'],
      ['/app/node_modules/c/node_modules/b', 'bbbbbbbbbb', 'npm/b@1.0.0'],
      ['/app/node_modules/c', 'c', 'generic/c', { evidence: 'path' }],
      ['/app', 'own', 'npm/shop@1.0.0', { role: 'application' }],
    ],
    'npm',
    {
      findings: ({ path }) =>
        path.endsWith('/b')
          ? { integrity: { state: 'modified', against: 'its tarball', changes: [] } }
          : undefined,
      facts: () => undefined,
    },
  );
  const summary = summarize(contents);
  expect(summary).toMatchObject({
    packages: 5,
    blocks: 5,
    bytes: 22,
    layerBytes: 0,
    unknownSizes: 0,
    notLookedInto: 4,
  });
  expect(names(summary.largest)[0]).toBe('b@1.0.0');
  expect(summary.duplicates.map(({ packages, extraBytes }) => [names(packages), extraBytes])).toEqual([
    [['a@0.9.0', 'a@1.0.0'], 5],
  ]);
  expect(summary.copies).toMatchObject([{ paths: 2, extraBytes: 10 }]);
  expect(names(summary.unidentified)).toEqual(['c@undefined']);
  expect(names(summary.integrity.modified)).toEqual(['b@1.0.0']);
  expect(summary.integrity.unknown).toHaveLength(3);
});

test('licences are counted as they are declared', () => {
  const licenses = (digestEnd: string) => {
    if (digestEnd === 'a') return [{ text: 'Apache 2.0', spdx: 'Apache-2.0' }];
    return digestEnd === 'b' ? [{ text: 'Custom' }] : [];
  };
  const byContent = new Map<string, string>();
  const lines = ['a', 'b', 'c'].map((name) => [`/${name}.jar`, name, `maven/g/${name}@1`] as const);
  for (const { digest, name } of fakeContents(lines).packages) byContent.set(digest, name.slice(-1));
  const { licenses: uses } = summarize(
    fakeContents(lines, 'java', {
      facts: (digest) => ({ licenses: licenses(byContent.get(digest) ?? ''), nativeCode: ['x.so'] }),
    }),
  );
  expect(uses.map(({ license, packages }) => [license, names(packages)])).toEqual([
    [undefined, ['g:c@1']],
    ['Apache-2.0', ['g:a@1']],
    ['Custom', ['g:b@1']],
  ]);
});
