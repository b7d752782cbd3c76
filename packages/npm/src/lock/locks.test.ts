import { emptyMemory, MemoryBlobStore, pack, purlParts } from '@block-pack/core';
import { fakeInput } from '@block-pack/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNpmPacker } from '../packer.ts';
import { readNpmLock } from './npm-lock.ts';
import { readPnpmLock } from './pnpm-lock.ts';
import { readYarnLock } from './yarn-lock.ts';

type Files = Readonly<Record<string, string>>;

const manifest = (name: string, fields: object = {}) => JSON.stringify({ name, version: '1.0.0', ...fields });
const ms = { 'node_modules/ms/package.json': manifest('ms') };

async function packOnce(files: Files) {
  const warnings: string[] = [];
  const packed = await pack(
    createNpmPacker({ omit: [] }),
    [fakeInput(files, { name: 'shop' })],
    new MemoryBlobStore(),
    {
      memory: emptyMemory(),
      warn: ({ code, message }) => void warnings.push(`${code}: ${message}`),
    },
  );
  return { components: packed.imports.map(({ component }) => component), warnings };
}

/** `purl source` of the only package. */
async function identity(files: Files): Promise<string> {
  const [component] = (await packOnce(files)).components;
  return `${component?.purl} ${component?.evidence[0]?.source}`;
}

const npm3 = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages });

describe('a lock file', () => {
  it.each([
    ['package-lock', 'package-lock.json', npm3({ 'node_modules/ms': { version: '1.0.0' } })],
    [
      'package-lock',
      'package-lock.json',
      JSON.stringify({ lockfileVersion: 1, dependencies: { ms: { version: '1.0.0' } } }),
    ],
    ['npm-shrinkwrap', 'npm-shrinkwrap.json', npm3({ 'node_modules/ms': { version: '1.0.0' } })],
    ['hidden-lockfile', 'node_modules/.package-lock.json', npm3({ 'node_modules/ms': { version: '1.0.0' } })],
    [
      'pnpm-lock',
      'pnpm-lock.yaml',
      "lockfileVersion: '9.0'\npackages:\n  ms@1.0.0:\n    resolution: {integrity: sha512-A}\n",
    ],
    [
      'pnpm-lock',
      'pnpm-lock.yaml',
      "lockfileVersion: '6.0'\npackages:\n  /ms@1.0.0(x@2.0.0):\n    resolution: {integrity: sha512-A}\n",
    ],
    [
      'pnpm-lock',
      'pnpm-lock.yaml',
      'lockfileVersion: 5.4\npackages:\n  /ms/1.0.0_x@2.0.0:\n    resolution: {integrity: sha512-A}\n',
    ],
    [
      'pnpm-lock',
      'pnpm-lock.yaml',
      "lockfileVersion: '9.0'\nimporters: {}\n---\nlockfileVersion: '9.0'\npackages:\n  ms@1.0.0: {}\n",
    ],
    [
      'yarn-lock',
      'yarn.lock',
      '# yarn lockfile v1\n\n\nms@^1.0.0, ms@~1.0.0:\n  version "1.0.0"\n  resolved "https://example.com/ms/-/ms-1.0.0.tgz#0"\n',
    ],
    [
      'yarn-lock',
      'yarn.lock',
      '__metadata:\n  version: 8\n\n"ms@npm:^1.0.0":\n  version: 1.0.0\n  resolution: "ms@npm:1.0.0"\n  checksum: 10c0/ab\n',
    ],
  ])('of the kind %s is evidence (%s, %#)', async (source, file, content) => {
    expect(await identity({ ...ms, [file]: content })).toBe(`pkg:npm/ms@1.0.0 ${source}`);
  });

  it('loses against the disk, and a warning says so', async () => {
    const { components, warnings } = await packOnce({
      ...ms,
      'package-lock.json': npm3({ 'node_modules/ms': { version: '2.0.0', integrity: 'sha512-A' } }),
    });
    expect(components[0]?.purl).toBe('pkg:npm/ms@1.0.0');
    expect(components[0]?.evidence.map(({ source }) => source)).toEqual(['package.json']);
    expect(warnings).toEqual([
      'LOCK_DISAGREES: 1 packages of shop are not what the lock says; what lies there is packed: node_modules/ms is 1.0.0, not 2.0.0 (package-lock.json)',
    ]);
  });

  it.each([
    ['package-lock.json', '{ "packages": '],
    ['package-lock.json', '[]'],
    ['package-lock.json', '{}'],
    ['package-lock.json', '"text"'],
    ['pnpm-lock.yaml', 'a: [b'],
    ['pnpm-lock.yaml', 'just text'],
    ['yarn.lock', '<<<<<<< HEAD\n"a@1":\n\tversion'],
    ['package-lock.json', `${'{"dependencies":{"a":'.repeat(1000)}{}${'}}'.repeat(1000)}`],
    ['pnpm-lock.yaml', `${'['.repeat(100_000)}`],
  ])('that is broken is told and left alone: %s %#', async (file, content) => {
    const { components, warnings } = await packOnce({ ...ms, [file]: content });
    expect(components[0]?.purl).toBe('pkg:npm/ms@1.0.0');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`EVIDENCE_IGNORED: shop/${file} cannot be read and is ignored: `);
  });

  it('may hold names that other objects have by themselves', async () => {
    const { warnings } = await packOnce({
      ...ms,
      'package-lock.json':
        '{"packages":{"__proto__":{"version":"9"},"node_modules/constructor":{"version":"1"},"toString":null}}',
      'pnpm-lock.yaml':
        'packages:\n  __proto__: {version: x}\n  constructor@1.0.0: {resolution: {integrity: sha512-A}}\n',
    });
    expect(warnings).toEqual([]);
    expect(({} as Record<string, unknown>).version).toBeUndefined();
  });
});

describe('where a package came from', () => {
  const lock = (entry: object, spec = '1') =>
    npm3({ '': { dependencies: { ms: spec } }, 'node_modules/ms': { version: '1.0.0', ...entry } });
  const qualifiers = async (files: Files) =>
    purlParts((await packOnce({ ...ms, ...files })).components[0]?.purl ?? '').qualifiers;

  it('is not said when it is a registry, whichever', async () => {
    const resolved = 'https://npm.example.com/ms/-/ms-1.0.0.tgz';
    expect(await qualifiers({ 'package-lock.json': lock({ resolved }) })).toBeFalsy();
  });

  it('is said when it is an address, without passwords', async () => {
    const resolved = 'https://me:secret@example.com/ms.tgz';
    expect(await qualifiers({ 'package-lock.json': lock({ resolved }, resolved) })).toEqual({
      download_url: 'https://example.com/ms.tgz',
    });
  });

  it.each([
    ['package-lock.json', lock({ resolved: 'git+https://example.com/ms.git#abc' })],
    [
      'pnpm-lock.yaml',
      'packages:\n  ms@git+https://example.com/ms.git#abc:\n    version: 1.0.0\n    resolution: {type: git, repo: https://example.com/ms.git, commit: abc}\n',
    ],
    [
      'yarn.lock',
      '# yarn lockfile v1\n\n\n"ms@git+https://example.com/ms.git":\n  version "1.0.0"\n  resolved "git+https://example.com/ms.git#abc"\n',
    ],
    [
      'yarn.lock',
      '__metadata:\n  version: 8\n\n"ms@git+https://example.com/ms.git":\n  version: 1.0.0\n  resolution: "ms@git+https://example.com/ms.git#commit=abc"\n',
    ],
  ])('is said when it is a commit: %s %#', async (file, content) => {
    expect(await qualifiers({ [file]: content })).toEqual({ vcs_url: 'git+https://example.com/ms.git@abc' });
  });

  it('does not hide what a package is under another name', async () => {
    const files = { 'node_modules/other/package.json': manifest('ms') };
    const content = npm3({ 'node_modules/other': { name: 'ms', version: '1.0.0' } });
    expect(await identity({ ...files, 'package-lock.json': content })).toBe('pkg:npm/ms@1.0.0 package-lock');
    const yarn = '# yarn lockfile v1\n\n\n"other@npm:ms@1":\n  version "1.0.0"\n';
    expect(await identity({ ...files, 'yarn.lock': yarn })).toBe('pkg:npm/ms@1.0.0 yarn-lock');
  });
});

describe('a package', () => {
  it.each([
    ['{}', 'pkg:generic/odd path'],
    ['{"name":"ok"}', 'pkg:npm/ok package.json'],
    ['{"name":"../../etc","version":"1"}', 'pkg:generic/odd@1 path'],
    ['{"name":5,"version":{}}', 'pkg:generic/odd path'],
    [`{"name":"${'x'.repeat(32_000)}"}`, 'pkg:generic/odd path'],
    [
      '{"name":"@scope/ok","version":"1.0.0-rc.1+build"}',
      'pkg:npm/%40scope/ok@1.0.0-rc.1+build package.json',
    ],
  ])('that says %.40s of itself is named', async (content, expected) => {
    expect(await identity({ 'node_modules/odd/package.json': content })).toBe(expected);
  });

  it('tells that it runs something when it is installed', async () => {
    const { components } = await packOnce({
      'node_modules/a/package.json': manifest('a', { scripts: { postinstall: 'x' } }),
      'node_modules/b/package.json': manifest('b', { scripts: { prepare: 'x' } }),
      'node_modules/c/package.json': manifest('c'),
      'node_modules/c/binding.gyp': '{}',
      'node_modules/d/package.json': manifest('d', { gypfile: false }),
      'node_modules/d/binding.gyp': '{}',
    });
    expect(components.map(({ hasInstallScript }) => hasInstallScript)).toEqual([
      true,
      undefined,
      true,
      undefined,
    ]);
  });
});

describe('whatever a lock file holds', () => {
  const readers = {
    npm: (content: string) => readNpmLock(content, 'package-lock', 'package-lock.json'),
    pnpm: (content: string) => readPnpmLock(content, 'pnpm-lock.yaml'),
    yarn: (content: string) => readYarnLock(content, 'yarn.lock'),
  };

  it.each(Object.entries(readers))(
    '%s: it is read or refused, and what is found is text or nothing',
    (_, read) => {
      const json = fc.json({ maxDepth: 4 });
      const lockLike = fc.dictionary(
        fc.constantFrom('node_modules/ms', 'ms@1.0.0', '/ms/1.0.0', '__proto__', 'ms@npm:1'),
        fc.oneof(
          fc.jsonValue(),
          fc.record({
            version: fc.jsonValue(),
            resolution: fc.jsonValue(),
            resolved: fc.jsonValue(),
            integrity: fc.jsonValue(),
          }),
        ),
      );
      const locks = fc.oneof(
        json,
        lockLike.map((packages) => JSON.stringify({ packages, dependencies: packages })),
        fc.string(),
      );
      fc.assert(
        fc.property(locks, (content) => {
          let found: unknown;
          try {
            found = read(content).find('node_modules/ms', 'ms', '1.0.0')?.integrity;
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
            expect(error).not.toBeInstanceOf(TypeError);
          }
          expect(['string', 'undefined']).toContain(typeof found);
        }),
      );
    },
  );
});
