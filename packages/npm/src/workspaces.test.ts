import { fakeInput } from '@block-pack/core/testing';
import { describe, expect, it } from 'vitest';
import type { NpmOptions } from './packer.ts';
import { npmInput, packedFolders } from './project.ts';
import { type Files, manifest, packOnce } from './testing/pack-once.ts';

describe('a workspace of pnpm', () => {
  const files: Files = {
    'package.json': manifest('shops'),
    'node_modules/.pnpm/web@1.0.0/node_modules/web/package.json': manifest('web'),
    'node_modules/.pnpm/big@1.0.0/node_modules/big/package.json': manifest('big'),
    'node_modules/.pnpm/semver@1.0.0/node_modules/semver/package.json': manifest('semver'),
    'node_modules/.pnpm/node_modules/semver': '-> ../semver@1.0.0/node_modules/semver',
    'services/shop/package.json': manifest('@shops/shop', {
      dependencies: { '@shops/prices': '1', web: '1' },
    }),
    'services/shop/node_modules/web': '-> ../../../node_modules/.pnpm/web@1.0.0/node_modules/web',
    'services/shop/node_modules/@shops/prices': '-> ../../../../packages/prices',
    'services/stock/package.json': manifest('@shops/stock', { dependencies: { semver: '1' } }),
    'services/stock/node_modules/semver': '-> ../../../node_modules/.pnpm/semver@1.0.0/node_modules/semver',
    'packages/prices/package.json': manifest('@shops/prices', { dependencies: { big: '1' } }),
    'packages/prices/node_modules/big': '-> ../../../node_modules/.pnpm/big@1.0.0/node_modules/big',
    'other/package.json': manifest('other'),
    'other/node_modules/own/package.json': manifest('own'),
    'other/node_modules/again': '-> own',
    'other/node_modules/out': '-> ../../../../elsewhere',
  };

  it('is packed with its links, though nothing links to it', async () => {
    expect(await packedFolders(fakeInput(files))).toEqual([
      ...['node_modules', 'packages/prices', 'services/shop', 'services/stock'],
    ]);
    const { packed, left } = await packOnce(npmInput(fakeInput(files)), { workspaces: ['services/shop'] });
    expect(packed.imports.map(({ line }) => line.path)).toEqual([
      '/app',
      '/app/node_modules/.pnpm/big@1.0.0/node_modules/big',
      '/app/node_modules/.pnpm/web@1.0.0/node_modules/web',
      ...['/app/packages/prices', '/app/services/shop'],
    ]);
    expect(packed.imports[0]?.block.files).toBe(3);
    expect(left.get('node_modules/.pnpm/node_modules/semver')).toBe('not needed by services/shop');
  });
});

describe('what pnpm keeps of an earlier installation', () => {
  const now: Files = {
    'package.json': manifest('shop', { dependencies: { ms: '2' } }),
    'node_modules/ms': '-> .pnpm/ms@2.0.0/node_modules/ms',
    'node_modules/.pnpm/ms@2.0.0/node_modules/ms/package.json': manifest('ms', { version: '2.0.0' }),
    // A setting of pnpm has given it this dependency.
    'node_modules/.pnpm/ms@2.0.0/node_modules/extra': '-> ../../extra@1.0.0/node_modules/extra',
    'node_modules/.pnpm/extra@1.0.0/node_modules/extra/package.json': manifest('extra'),
    'node_modules/.pnpm/node_modules/extra': '-> ../extra@1.0.0/node_modules/extra',
  };
  const before: Files = {
    'node_modules/.pnpm/ms@1.0.0/node_modules/ms/package.json': manifest('ms'),
    'node_modules/.pnpm/ms@1.0.0/node_modules/older': '-> ../../older@1.0.0/node_modules/older',
    'node_modules/.pnpm/older@1.0.0/node_modules/older/package.json': manifest('older'),
    'node_modules/.pnpm/node_modules/older': '-> ../older@1.0.0/node_modules/older',
  };

  it('is not packed: a project that was updated is one that was installed anew', async () => {
    const fresh = await packOnce(fakeInput(now));
    expect(fresh.imports).toHaveLength(3);
    const updated = await packOnce(fakeInput({ ...now, ...before }));
    expect(updated.packed.manifest).toEqual(fresh.packed.manifest);
    for (const path of Object.keys(before)) expect(updated.left.get(path)).toContain('earlier installation');
  });
});

describe('workspaces that are chosen', () => {
  const files: Files = {
    'package.json': manifest('shops', { dependencies: { root: '1' } }),
    'node_modules/@shops/shop': '-> ../../services/shop',
    'node_modules/@shops/stock': '-> ../../services/stock',
    'node_modules/@shops/prices': '-> ../../packages/prices',
    'node_modules/.bin/ms': '-> ../ms/cli.js',
    'node_modules/root/package.json': manifest('root'),
    'node_modules/ms/package.json': manifest('ms', { bin: 'cli.js' }),
    'node_modules/ms/cli.js': '',
    'node_modules/test/package.json': manifest('test'),
    'node_modules/web/package.json': manifest('web'),
    'node_modules/nobody-asked/package.json': manifest('nobody-asked'),
    'services/shop/package.json': manifest('@shops/shop', {
      dependencies: { '@shops/prices': '1', web: '1' },
      devDependencies: { test: '1' },
    }),
    'services/stock/package.json': manifest('@shops/stock', { dependencies: { ms: '2' } }),
    'services/stock/node_modules/ms/package.json': manifest('ms', { version: '2.0.0' }),
    'packages/prices/package.json': manifest('@shops/prices', { dependencies: { ms: '1' } }),
  };
  const paths = async (options: Partial<NpmOptions>) =>
    (await packOnce(fakeInput(files), options)).packed.imports.map(({ line }) => line.path.slice(5));

  it.each([['services/shop'], ['./services/shop/'], ['@shops/shop']])(
    'bring what they need and nothing of the others: %s',
    async (name) => {
      expect(await paths({ workspaces: [name], omit: ['dev'] })).toEqual([
        ...['', 'node_modules/ms', 'node_modules/nobody-asked', 'node_modules/web'],
        ...['packages/prices', 'services/shop'],
      ]);
      expect(await paths({ workspaces: [name] })).toContain('node_modules/test');
    },
  );

  it('can be several, each with its own versions', async () => {
    expect(await paths({ workspaces: ['services/stock', 'packages/prices'] })).toEqual([
      ...['', 'node_modules/ms', 'node_modules/nobody-asked', 'packages/prices'],
      ...['services/stock', 'services/stock/node_modules/ms'],
    ]);
    const { left } = await packOnce(fakeInput(files), { workspaces: ['services/stock'] });
    expect(left.get('node_modules/root/package.json')).toBe('not needed by services/stock');
    expect(left.get('node_modules/@shops/shop')).toBe('not needed by services/stock');
  });

  it('are named where they are not there, with those that are', async () => {
    await expect(
      packOnce(fakeInput(files, { name: 'all' }), { workspaces: ['services/shp'] }),
    ).rejects.toMatchObject({
      code: 'INPUT_MISSING',
      message: 'No node_modules of all links to a workspace services/shp',
      hint: 'It has packages/prices, services/shop, services/stock.',
    });
  });
});
