import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root, succeed } from './workspace.ts';

interface Tarball {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-published-'));
const consumer = join(scratch, 'consumer');
const packages = readdirSync(join(root, 'packages'));
const tarballs: Tarball[] = [];

/** As a user has it: neither the settings nor the environment of the npm that runs these tests. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_(?!config_(registry|cache))/i.test(name)),
);

beforeAll(() => {
  for (const name of packages) tarballs.push(pack(name));
  mkdirSync(consumer);
  writeFileSync(join(consumer, 'package.json'), '{ "private": true, "type": "module" }\n');
  const files = tarballs.map(({ filename }) => join(scratch, filename));
  npm(['install', '--no-audit', '--no-fund', '--prefer-offline', ...files], consumer);
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function pack(name: string): Tarball {
  const folder = join(root, 'packages', name);
  const [tarball] = JSON.parse(npm(['pack', '--json', '--pack-destination', scratch], folder)) as Tarball[];
  if (tarball === undefined) throw new Error(`npm pack made nothing of ${folder}`);
  return tarball;
}

function npm(args: readonly string[], cwd: string): string {
  return succeed('npm', args, { cwd, env: environment });
}

describe('the packages as npm would publish them', () => {
  test('hold what was built, schemas, README and license, and nothing else', () => {
    const foreign = tarballs.flatMap(({ name, files }) =>
      files
        .filter(({ path }) => !/^(dist\/|schema\/|README\.md$|LICENSE$|package\.json$)/.test(path))
        .map(({ path }) => `${name}: ${path}`),
    );
    expect(foreign).toEqual([]);
    for (const { name, files } of tarballs) {
      const paths = files.map(({ path }) => path);
      expect(paths, name).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
      expect(
        paths.some((path) => /^dist\/[\w-]+\.js$/.test(path)),
        `${name} is built`,
      ).toBe(true);
      expect(
        paths.filter((path) => /\.test\.|\.tsbuildinfo$/.test(path)),
        name,
      ).toEqual([]);
    }
  });

  test('run as a command in an empty folder', () => {
    const version = tarballs.find(({ name }) => name === 'block-pack')?.version;
    expect(succeed('npx', ['block-pack', '--version'], { cwd: consumer, env: environment })).toBe(
      `${version}\n`,
    );
    expect(succeed('npx', ['block-pack', '--help'], { cwd: consumer, env: environment })).toContain('java');
  });

  test.each(packages.filter((name) => name !== 'cli'))('let JavaScript import @block-pack/%s', (name) => {
    const program = `import('@block-pack/${name}').then((face) => process.stdout.write(String(Object.keys(face).length)))`;
    expect(Number(succeed(process.execPath, ['-e', program], { cwd: consumer }))).toBeGreaterThan(0);
  });

  test('give TypeScript their types without any setting of ours', () => {
    writeFileSync(
      join(consumer, 'index.ts'),
      [
        "import { type Digest, parseDigest } from '@block-pack/core';",
        "import * as java from '@block-pack/java';",
        "import * as store from '@block-pack/store';",
        'export const digest: Digest = parseDigest(String(java) + String(store));',
        '// @ts-expect-error a plain string is no digest',
        "export const text: Digest = 'sha256:00';",
      ].join('\n'),
    );
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
    const typeRoots = ['--typeRoots', join(root, 'node_modules/@types')];
    expect(succeed(process.execPath, [tsc, ...options, ...typeRoots, 'index.ts'], { cwd: consumer })).toBe(
      '',
    );
  });

  test('bring only what they need', () => {
    const installed = JSON.parse(readFileSync(join(consumer, 'node_modules/.package-lock.json'), 'utf8'));
    const names = Object.keys(installed.packages).map((path) => path.replace(/^.*node_modules\//, ''));
    expect(names).not.toEqual(expect.arrayContaining(['vitest']));
    expect(names.filter((name) => /^(typescript|esbuild|nx|commander)$/.test(name))).toEqual([]);
  });
});
