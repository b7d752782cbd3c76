import { encodeImportManifest } from '@block-pack/core';
import { fakeInput, packerContract } from '@block-pack/core/testing';
import { describe, expect, it } from 'vitest';
import { createNpmPacker } from './packer.ts';
import { type Files, manifest, packOnce } from './testing/pack-once.ts';

/** The digest by purl. */
async function digests(files: Files, executable: readonly string[] = []): Promise<Record<string, string>> {
  const { packed } = await packOnce(fakeInput(files, { executable }));
  return Object.fromEntries(packed.imports.map(({ component, line }) => [component.purl, line.digest]));
}

const byNpm: Files = {
  'package.json': manifest('shop', { dependencies: { ms: '1', '@acme/cli': '1' } }),
  'package-lock.json': JSON.stringify({
    lockfileVersion: 3,
    packages: { 'node_modules/ms': { version: '1.0.0', integrity: 'sha512-AAAA' } },
  }),
  'node_modules/.package-lock.json': JSON.stringify({
    lockfileVersion: 3,
    packages: { 'node_modules/ms': { version: '1.0.0', integrity: 'sha512-AAAA' } },
  }),
  'node_modules/.bin/acme': '-> ../@acme/cli/cli.js',
  'node_modules/ms/package.json': manifest('ms'),
  'node_modules/ms/index.js': 'ms',
  'node_modules/@acme/cli/package.json': manifest('@acme/cli', {
    bin: { acme: './cli.js' },
    dependencies: { ms: '2' },
  }),
  'node_modules/@acme/cli/cli.js': '#!/usr/bin/env node\n',
  'node_modules/@acme/cli/node_modules/ms/package.json': manifest('ms', { version: '2.0.0' }),
  'node_modules/@acme/cli/node_modules/ms/index.js': 'ms 2',
};

const byPnpm: Files = {
  'package.json': manifest('shop', { dependencies: { ms: '1', '@acme/cli': '1' } }),
  'pnpm-lock.yaml':
    "lockfileVersion: '9.0'\npackages:\n  ms@1.0.0:\n    resolution: {integrity: sha512-AAAA}\n",
  'node_modules/.modules.yaml': 'prunedAt: today',
  'node_modules/.pnpm/lock.yaml':
    "lockfileVersion: '9.0'\npackages:\n  ms@1.0.0:\n    resolution: {integrity: sha512-AAAA}\n",
  'node_modules/.bin/acme': '#!/bin/sh\nexec node "$basedir/../@acme/cli/cli.js" "$@"\n',
  'node_modules/ms': '-> .pnpm/ms@1.0.0/node_modules/ms',
  'node_modules/@acme/cli': '-> ../.pnpm/@acme+cli@1.0.0/node_modules/@acme/cli',
  'node_modules/.pnpm/ms@1.0.0/node_modules/ms/package.json': manifest('ms'),
  'node_modules/.pnpm/ms@1.0.0/node_modules/ms/index.js': 'ms',
  'node_modules/.pnpm/ms@2.0.0/node_modules/ms/package.json': manifest('ms', { version: '2.0.0' }),
  'node_modules/.pnpm/ms@2.0.0/node_modules/ms/index.js': 'ms 2',
  'node_modules/.pnpm/@acme+cli@1.0.0/node_modules/ms': '-> ../../ms@2.0.0/node_modules/ms',
  'node_modules/.pnpm/@acme+cli@1.0.0/node_modules/@acme/cli/package.json': manifest('@acme/cli', {
    bin: { acme: './cli.js' },
    dependencies: { ms: '2' },
  }),
  'node_modules/.pnpm/@acme+cli@1.0.0/node_modules/@acme/cli/cli.js': '#!/usr/bin/env node\n',
};

const packer = () => createNpmPacker({ omit: [] });
packerContract('a node_modules of npm', packer, () => fakeInput(byNpm), { generates: true });
packerContract('a node_modules of pnpm', packer, () => fakeInput(byPnpm), { generates: true });

describe('a node_modules', () => {
  it('becomes a block for each package, where it lies, and one for the links', async () => {
    expect((await packOnce(fakeInput(byNpm))).imports).toEqual([
      '/app other pkg:generic/npm-links',
      '/app/node_modules/@acme/cli dependency pkg:npm/%40acme/cli@1.0.0',
      '/app/node_modules/@acme/cli/node_modules/ms dependency pkg:npm/ms@2.0.0',
      '/app/node_modules/ms dependency pkg:npm/ms@1.0.0',
    ]);
  });

  it('gives the same blocks whether npm or pnpm made it', async () => {
    const { 'pkg:generic/npm-links': _, ...npm } = await digests(byNpm, ['node_modules/@acme/cli/cli.js']);
    const { 'pkg:generic/npm-links': __, ...pnpm } = await digests(byPnpm);
    expect(pnpm).toEqual(npm);
  });

  it('leaves out what installers note for themselves, and says so', async () => {
    const { left } = await packOnce(fakeInput(byPnpm));
    expect([...left.keys()].sort()).toEqual([
      'node_modules/.bin/acme',
      'node_modules/.modules.yaml',
      'node_modules/.pnpm/lock.yaml',
      'package.json',
      'pnpm-lock.yaml',
    ]);
  });

  it('is imported with the evidence of the lock that says what is installed', async () => {
    const { packed } = await packOnce(fakeInput(byNpm));
    expect(encodeImportManifest(packed.manifest)).toContain(
      'purl=pkg:npm/ms@1.0.0 evidence=hidden-lockfile\n',
    );
  });
});
