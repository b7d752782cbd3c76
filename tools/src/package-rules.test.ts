import { describe, expect, test } from 'vitest';
import { packageNames, readManifest } from './manifest.ts';
import { readText } from './workspace.ts';

describe.each(packageNames())('packages/%s', (name) => {
  const manifest = readManifest(`packages/${name}`);

  test('ships the license of the workspace', () => {
    expect(readText(`packages/${name}/LICENSE`)).toBe(readText('LICENSE'));
    expect(manifest.license).toBe('Apache-2.0');
  });

  test('says what it is in one sentence, here and in its README', () => {
    expect(manifest.description).toMatch(/\w/);
    expect(readText(`packages/${name}/README.md`)).toMatch(/^# \S+\n/);
  });

  test('has the version of all others and pins them to it', () => {
    const { version } = readManifest('packages/core');
    expect(manifest.version).toBe(version);
    const inner = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(([key]) =>
      key.startsWith('@block-pack/'),
    );
    expect(inner.filter(([, range]) => range !== version)).toEqual([]);
  });

  test('runs on the Node versions that the workspace promises', () => {
    expect(manifest.engines).toEqual(readManifest('').engines);
  });

  test('publishes what was built and nothing else', () => {
    expect(manifest.files).toEqual(expect.arrayContaining(['dist', 'README.md']));
    const allowed = ['dist', '!dist/.tsbuildinfo', 'schema', 'README.md'];
    expect(manifest.files?.filter((file) => !allowed.includes(file))).toEqual([]);
  });
});
