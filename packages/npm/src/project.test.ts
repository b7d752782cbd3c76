import { BlockPackError } from '@block-pack/core';
import { fakeInput, packerContract } from '@block-pack/core/testing';
import { describe, expect, it } from 'vitest';
import { createNpmPacker } from './packer.ts';
import { npmInput, packedFolders, readProject } from './project.ts';
import { type Files, manifest, packOnce } from './testing/pack-once.ts';

async function refusal(files: Files): Promise<string> {
  const error = await packOnce(fakeInput(files, { name: 'shop' })).catch((thrown: unknown) => thrown);
  if (!(error instanceof BlockPackError)) throw error instanceof Error ? error : new Error('it was packed');
  return `${error.code}: ${error.message}. ${error.hint}`;
}

const workspace: Files = {
  'package.json': manifest('shop', { workspaces: ['packages/*'], dependencies: { ms: '1' } }),
  'src/server.js': 'server',
  'README.md': 'read',
  'node_modules/ms/package.json': manifest('ms'),
  'node_modules/@shop/prices': '-> ../../packages/prices',
  'node_modules/.bin/prices': '-> ../@shop/prices/cli.js',
  'packages/prices/package.json': manifest('@shop/prices', {
    bin: { prices: 'cli.js' },
    dependencies: { ms: '2' },
  }),
  'packages/prices/cli.js': '#!/usr/bin/env node\n',
  'packages/prices/empty/': '',
  'packages/prices/node_modules/ms/package.json': manifest('ms', { version: '2.0.0' }),
  'packages/other/package.json': manifest('@shop/other'),
};

const packer = () => createNpmPacker({ omit: [] });
packerContract('a workspace', packer, () => npmInput(fakeInput(workspace)), { generates: true });
packerContract('a whole project', packer, () => fakeInput(workspace), { generates: true });

describe('a project with workspaces', () => {
  it("has the linked workspaces as the application's own blocks", async () => {
    expect((await packOnce(npmInput(fakeInput(workspace)))).imports).toEqual([
      '/app other pkg:generic/npm-links',
      '/app/node_modules/ms dependency pkg:npm/ms@1.0.0',
      '/app/packages/prices application pkg:npm/%40shop/prices@1.0.0',
      '/app/packages/prices/node_modules/ms dependency pkg:npm/ms@2.0.0',
    ]);
  });

  it('is split between this packer and the one for the application', async () => {
    expect(await packedFolders(fakeInput(workspace))).toEqual(['node_modules', 'packages/prices']);
    const { left } = await packOnce(npmInput(fakeInput(workspace)));
    expect([...left]).toEqual([['package.json', "the application's; only read here"]]);
    expect(await packedFolders(fakeInput({ 'src/server.js': '' }))).toEqual([]);
  });

  it('is looked through once, however often it is asked', async () => {
    const input = fakeInput(workspace);
    const entries = await input.entries();
    await packedFolders(input);
    const part = npmInput(input);
    const partEntries = await part.entries();
    const whole = readProject(entries, 'shop');
    expect(readProject(partEntries, 'shop').modules).toBe(whole.modules);
    expect([...readProject(partEntries, 'shop').root.children.keys()]).toEqual([
      'node_modules',
      'package.json',
      'packages',
    ]);
  });

  it('is packed without the import manifests that lie in a workspace', async () => {
    const manifests = { 'packages/prices/block-pack/npm.import': '#block-pack import manifest v1\n' };
    const { packed } = await packOnce(npmInput(fakeInput(workspace)));
    const again = await packOnce(npmInput(fakeInput({ ...workspace, ...manifests })));
    expect(again.packed.manifest).toEqual(packed.manifest);
    expect(again.left.get('packages/prices/block-pack/npm.import')).toBe('an import manifest');
  });

  it('may have a workspace inside another', async () => {
    const { imports } = await packOnce(
      fakeInput({
        'node_modules/a': '-> ../a',
        'node_modules/b': '-> ../a/b',
        'a/package.json': manifest('a'),
        'a/b/package.json': manifest('b'),
        'a/b/node_modules/c': '-> ../../../c',
        'c/index.js': 'no package.json here',
      }),
    );
    expect(imports).toEqual([
      '/app other pkg:generic/npm-links',
      '/app/a application pkg:npm/a@1.0.0',
      '/app/a/b application pkg:npm/b@1.0.0',
      '/app/c application pkg:generic/c',
    ]);
  });
});

describe('what cannot be packed', () => {
  it("names the way out of Yarn Plug'n'Play", async () => {
    expect(await refusal({ 'package.json': '{}', '.pnp.cjs': '' })).toBe(
      'INPUT_UNSUPPORTED: shop is installed with Yarn Plug\'n\'Play: there is no node_modules. Set "nodeLinker: node-modules" in .yarnrc.yml and run yarn install, then pack again.',
    );
  });

  it.each(['bun.lockb', 'bun.lock'])('names the way out when there is only %s', async (lock) => {
    expect(await refusal({ 'package.json': '{}', [lock]: '' })).toContain('Run bun install, or npm install');
  });

  it('is a project that nobody installed', async () => {
    expect(await refusal({ 'package.json': '{}' })).toBe(
      'INPUT_MISSING: There is no node_modules in shop. Install the dependencies first, such as with npm ci; then give the directory that holds node_modules.',
    );
  });

  it('is a node_modules that is a link', async () => {
    expect(
      await refusal({ 'package.json': '{}', node_modules: '-> elsewhere', 'elsewhere/a': '' }),
    ).toContain('shop/node_modules is a link');
  });

  it('but a project without dependencies is no mistake', async () => {
    expect((await packOnce(fakeInput({ 'package.json': '{}', 'node_modules/': '' }))).imports).toEqual([]);
  });

  it('but 200,000 files that belong to no package are, in one block', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 200_000 }, (_, at) => [`node_modules/.made/${at}`, '']),
    );
    const { packed } = await packOnce(fakeInput(files));
    expect(packed.imports.map(({ block }) => block.files)).toEqual([200_000]);
  });

  it('is the node_modules folder itself', async () => {
    expect(await refusal({ '.package-lock.json': '{}' })).toBe(
      'INPUT_UNSUPPORTED: shop is a node_modules folder, not a project. Give the directory that holds node_modules and package.json.',
    );
  });

  it('is a directory of projects, which is not called a node_modules folder', async () => {
    const projects = {
      'client/package.json': manifest('client'),
      'client/node_modules/ms/package.json': manifest('ms'),
      'docs/README.md': '',
    };
    expect(await refusal(projects)).toBe(
      'INPUT_MISSING: There is no node_modules in shop, but packages: client. Give the directory that holds node_modules: shop/client, say, or where shop is a node_modules itself, the one above.',
    );
  });

  it('is a package.json that is not JSON, by name', async () => {
    expect(await refusal({ 'node_modules/ms/package.json': '{ "name": ' })).toBe(
      'INPUT_UNSUPPORTED: shop/node_modules/ms/package.json cannot be read: it is not JSON. Mend it, or install the package again (npm ci).',
    );
    expect(await refusal({ 'node_modules/ms/package.json': '[]' })).toContain('node_modules/ms/package.json');
  });

  it.each([[], ['dev']] as const)(
    "is the project's own package.json when it is broken, omitting %j",
    async (...omit) => {
      const files = { 'package.json': '{ "name": ', 'node_modules/ms/package.json': manifest('ms') };
      await expect(packOnce(fakeInput(files, { name: 'shop' }), { omit })).rejects.toMatchObject({
        code: 'INPUT_UNSUPPORTED',
        message: 'shop/package.json cannot be read: it is not JSON',
        hint: "Mend it: it is the application's own, and npm refuses it, too.",
      });
    },
  );

  it.each(['../../shared/ms', '/usr/lib/node_modules/ms', '../..', '../x/../../../ms'])(
    'is a link out of the project: %s',
    async (target) => {
      expect(await refusal({ 'node_modules/ms': `-> ${target}` })).toContain('LINK_ESCAPES');
    },
  );

  it('is a path of 32,000 characters', async () => {
    const path = `node_modules/${'a/'.repeat(16_000)}b`;
    expect(await refusal({ [path]: '' })).toContain('PATH_INVALID');
  });
});

describe('links', () => {
  it('that lead round in a circle or nowhere stay what they are', async () => {
    const { packed } = await packOnce(
      fakeInput({
        'node_modules/a': '-> b',
        'node_modules/b': '-> a',
        'node_modules/gone': '-> ../gone',
        'node_modules/self': '-> ..',
        'node_modules/ms/package.json': manifest('ms'),
        'node_modules/ms/circle': '-> .',
      }),
    );
    expect(packed.imports.map(({ line, block }) => `${line.path} ${block.files}`)).toEqual([
      '/app 4',
      '/app/node_modules/ms 2',
    ]);
  });

  it('of a package to another one go to the block of links', async () => {
    const { packed } = await packOnce(
      fakeInput({
        'node_modules/a/package.json': manifest('a'),
        'node_modules/a/lib/b': '-> ../../b',
        'node_modules/b/package.json': manifest('b'),
      }),
    );
    expect(packed.imports.map(({ line, block }) => `${line.path} ${block.files}`)).toEqual([
      '/app 1',
      '/app/node_modules/a 1',
      '/app/node_modules/b 1',
    ]);
  });
});

describe('omitting', () => {
  const files: Files = {
    'package.json': manifest('shop', {
      dependencies: { ms: '1', opt: '1' },
      devDependencies: { test: '1', both: '1' },
      optionalDependencies: { opt: '1' },
    }),
    'node_modules/.bin/test': '-> ../test/cli.js',
    'node_modules/.bin/ms': '-> ../ms/cli.js',
    'node_modules/ms/package.json': manifest('ms', {
      bin: 'cli.js',
      dependencies: { both: '1' },
      peerDependencies: { peer: '1' },
    }),
    'node_modules/ms/cli.js': '',
    'node_modules/peer/package.json': manifest('peer'),
    'node_modules/opt/package.json': manifest('opt'),
    'node_modules/both/package.json': manifest('both'),
    'node_modules/test/package.json': manifest('test', { bin: 'cli.js', dependencies: { deep: '1' } }),
    'node_modules/test/cli.js': '',
    'node_modules/test/node_modules/deep/package.json': manifest('deep'),
    'node_modules/nobody-asked/package.json': manifest('nobody-asked'),
  };

  it.each([
    [['dev'], ['both', 'ms', 'nobody-asked', 'opt', 'peer']],
    [['optional'], ['both', 'ms', 'nobody-asked', 'peer', 'test', 'test/node_modules/deep']],
    [['peer'], ['both', 'ms', 'nobody-asked', 'opt', 'test', 'test/node_modules/deep']],
    [
      ['dev', 'optional', 'peer'],
      ['both', 'ms', 'nobody-asked'],
    ],
  ] as const)('%j leaves the rest', async (omit, expected) => {
    const { packed } = await packOnce(fakeInput(files), { omit });
    const packages = packed.imports.map(({ line }) => line.path).filter((path) => path !== '/app');
    expect(packages).toEqual(expected.map((name) => `/app/node_modules/${name}`));
  });

  it('takes the commands of what is omitted along, and says why', async () => {
    const { packed, left } = await packOnce(fakeInput(files), { omit: ['dev'] });
    expect(packed.imports[0]?.block.files).toBe(1);
    expect(left.get('node_modules/test/node_modules/deep/package.json')).toBe(
      'only needed for what is omitted: dev',
    );
    expect(left.get('node_modules/.bin/test')).toBe('it starts nothing that is packed');
  });

  it('finds what is needed through the links of pnpm', async () => {
    const { imports } = await packOnce(
      fakeInput({
        'package.json': manifest('shop', { dependencies: { a: '1' }, devDependencies: { c: '1' } }),
        'node_modules/a': '-> .pnpm/a@1.0.0/node_modules/a',
        'node_modules/c': '-> .pnpm/c@1.0.0/node_modules/c',
        'node_modules/.pnpm/a@1.0.0/node_modules/a/package.json': manifest('a', { dependencies: { b: '1' } }),
        'node_modules/.pnpm/a@1.0.0/node_modules/b': '-> ../../b@1.0.0/node_modules/b',
        'node_modules/.pnpm/b@1.0.0/node_modules/b/package.json': manifest('b'),
        'node_modules/.pnpm/c@1.0.0/node_modules/c/package.json': manifest('c'),
      }),
      { omit: ['dev'] },
    );
    expect(imports).toEqual([
      '/app other pkg:generic/npm-links',
      '/app/node_modules/.pnpm/a@1.0.0/node_modules/a dependency pkg:npm/a@1.0.0',
      '/app/node_modules/.pnpm/b@1.0.0/node_modules/b dependency pkg:npm/b@1.0.0',
    ]);
  });

  it('needs a package.json to tell from', async () => {
    const { 'package.json': _, ...rest } = files;
    await expect(packOnce(fakeInput(rest), { omit: ['dev'] })).rejects.toMatchObject({
      code: 'INPUT_UNSUPPORTED',
    });
  });
});
