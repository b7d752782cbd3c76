import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { fakeZip } from '@block-pack/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectSameFiles } from './testing/files.ts';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
  work.write(
    'shop/package.json',
    JSON.stringify({
      name: 'shop',
      version: '1.0.0',
      dependencies: { greet: '1' },
      devDependencies: { lint: '2' },
    }),
  );
  addPackage('greet', '1.2.3', { dependencies: { words: '1' } });
  addPackage('words', '1.0.0');
  addPackage('lint', '2.0.0');
  work.write('shop/src/main.js', 'the application');
});
afterEach(() => work.remove());

function addPackage(name: string, version: string, more: object = {}): void {
  work.write(`shop/node_modules/${name}/package.json`, JSON.stringify({ name, version, ...more }));
  work.write(`shop/node_modules/${name}/index.js`, `module.exports = '${name}';\n`);
}

describe('block-pack npm', () => {
  it('packs node_modules, each package a block, and writes the manifest into the project', () => {
    const { exitCode, stdout } = work.run('npm', 'shop');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('pkg:npm/greet@1.2.3  /app/node_modules/greet/ (2 files)');
    expect(work.read('shop/block-pack/npm.import')).toMatch(
      /^\/app\/node_modules\/words from sha256:\S+ type=tree/m,
    );
    expect(work.read('shop/block-pack/npm.import')).not.toContain('main.js');
  });

  it('warns of files that may hold secrets, unless others have published them', () => {
    work.write('shop/packages/prices/package.json', JSON.stringify({ name: 'prices', version: '1.0.0' }));
    symlinkSync('../packages/prices', work.path('shop/node_modules/prices'));
    for (const folder of ['packages/prices/conf', 'node_modules/greet'])
      work.write(`shop/${folder}/ca.pem`, '');
    work.write('shop/packages/prices/.env', 'TOKEN=1');
    const { exitCode, stderr } = work.run('npm', 'shop');
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(
      /2 files that may hold secrets are packed: \S+prices\/\.env, \S+prices\/conf\/ca\.pem\. .*take secrets out/,
    );
  });

  it('makes no difference between absolute and relative links', () => {
    work.write('shop/packages/prices/package.json', JSON.stringify({ name: 'prices', version: '1.0.0' }));
    const link = work.path('shop/node_modules/prices');
    const manifests = ['../packages/prices', work.path('shop/packages/prices')].map((target) => {
      rmSync(link, { force: true });
      symlinkSync(target, link);
      const { exitCode, stdout } = work.run('npm', 'shop', '-o', '-');
      expect(exitCode).toBe(0);
      return stdout;
    });
    expect(manifests[0]).toContain('purl=pkg:npm/prices@1.0.0');
    expect(manifests[1]).toBe(manifests[0]);
    rmSync(link);
    symlinkSync(work.path('prices'), link);
    expect(work.run('npm', 'shop').stderr).toContain('is a link out of shop');
  });

  it('keeps blocks in the project, where that is wanted', () => {
    expect(work.run('npm', 'shop', '--store', 'shop/.cache/blocks').exitCode).toBe(0);
    expect(work.run('npm', 'shop', '--store', 'shop/.cache/blocks').stdout).toMatch(/: 3 known, 0 new$/m);
  });

  it('keeps store and manifest out of every folder that it packs, workspaces included', () => {
    work.write('shop/packages/prices/package.json', JSON.stringify({ name: 'prices', version: '1.0.0' }));
    symlinkSync('../packages/prices', work.path('shop/node_modules/prices'));
    for (const words of [
      ['--store', 'shop/packages/prices/.store'],
      ['-o', 'shop/packages/prices/p.import'],
    ]) {
      const { exitCode, stderr } = work.run('npm', 'shop', ...words);
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining('packages/prices')]);
    }
    expect(work.run('npm', 'shop').exitCode).toBe(0);
  });

  it('does not compare with what is not there', () => {
    for (const option of ['--npm-cache', '--tarballs']) {
      expect(work.run('npm', 'shop', option, 'nowhere')).toMatchObject({
        exitCode: 3,
        stderr: expect.stringContaining('nowhere'),
      });
    }
  });

  it('packs an archive of the project, and writes the manifest beside it', () => {
    work.run('npm', 'shop');
    execFileSync('tar', [
      '-C',
      work.path('shop'),
      '-czf',
      work.path('shop.tar.gz'),
      'package.json',
      'node_modules',
    ]);
    const greet = 'node_modules/greet/package.json';
    work.write('less.zip', fakeZip({ 'package.json': '{}', [greet]: work.read(`shop/${greet}`) }));
    expect(work.run('npm', 'shop.tar.gz').exitCode).toBe(0);
    expect(work.read('block-pack/npm.import')).toBe(work.read('shop/block-pack/npm.import'));
    expect(work.run('npm', 'less.zip').exitCode).toBe(0);
    expect(work.read('block-pack/npm.import')).toMatch(/^\/app\/node_modules\/greet from/m);
  });

  it('packs the directory it is called in', () => {
    expect(work.run('npm', '-C', 'shop').exitCode).toBe(0);
    expect(work.read('shop/block-pack/npm.import')).toContain('/app/node_modules/greet');
  });

  it('leaves out what is to be omitted, and says so', () => {
    const { stdout } = work.run('npm', 'shop', '--omit', 'dev', '--prefix', '/srv/shop');
    expect(stdout).toMatch(/^left out/m);
    expect(work.read('shop/block-pack/npm.import')).toContain('/srv/shop/node_modules/greet');
    expect(work.read('shop/block-pack/npm.import')).not.toContain('node_modules/lint');
    expect(work.run('npm', 'shop', '--omit', 'everything')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Choose one of dev, optional, peer.'),
    });
  });

  it('packs what one workspace needs, and names those that there are', () => {
    work.write('shop/packages/prices/package.json', '{"name":"prices","dependencies":{"words":"1"}}');
    symlinkSync('../packages/prices', work.path('shop/node_modules/prices'));
    const { stdout } = work.run('npm', 'shop', '--workspace', 'packages/prices', '-o', '-', '--quiet');
    expect(stdout.match(/^\/\S+/gm)).toEqual(['/app', '/app/node_modules/words', '/app/packages/prices']);
    expect(work.run('npm', 'shop', '--workspace', 'packages/price')).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/links to a workspace packages\/price\n.*It has packages\/prices\./),
    });
    expect(work.run('doctor', 'shop', '--workspace', 'prices', '--packer', 'files').stderr).toContain(
      '--workspace is for npm',
    );
  });

  it('is made again by resolve', () => {
    work.run('npm', 'shop', '-o', 'npm.import');
    expect(work.run('resolve', 'npm.import', 'out').exitCode).toBe(0);
    expectSameFiles(work, 'shop/node_modules/greet', 'out/app/node_modules/greet');
  });

  it.each(['--npm-cache', '--tarballs'])('tells by %s which packages are as published', (option) => {
    const tarball = gzipSync(
      execFileSync('tar', [
        '-C',
        work.path('shop/node_modules'),
        '--transform',
        's/^greet/package/',
        '-c',
        'greet',
      ]),
    );
    const sha512 = createHash('sha512').update(tarball).digest();
    const hex = sha512.toString('hex');
    if (option === '--tarballs') work.write('tarballs/greet-1.2.3.tgz', tarball);
    else
      work.write(
        `tarballs/_cacache/content-v2/sha512/${hex.slice(0, 2)}/${hex.slice(2, 4)}/${hex.slice(4)}`,
        tarball,
      );
    const integrity = `sha512-${sha512.toString('base64')}`;
    const packages = { '': { name: 'shop' }, 'node_modules/greet': { version: '1.2.3', integrity } };
    work.write('shop/package-lock.json', JSON.stringify({ name: 'shop', lockfileVersion: 3, packages }));
    expect(work.run('npm', 'shop', option, 'tarballs').stdout).toMatch(
      /^as published +1 verified, 0 modified, \d+ unknown$/m,
    );
    work.write('shop/node_modules/greet/index.js', 'changed');
    const { stdout } = work.run('npm', 'shop', option, 'tarballs');
    expect(stdout).toContain('pkg:npm/greet@1.2.3 is not as published: index.js changed');
    expect(stdout).toContain('pkg:npm/greet@1.2.3 (modified)');
  });

  it('shows the way out where there is no node_modules', () => {
    work.write('pnp/package.json', '{}');
    work.write('pnp/.pnp.cjs', '');
    expect(work.run('npm', 'pnp')).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('nodeLinker'),
    });
    mkdirSync(work.path('empty'));
    expect(work.run('npm', 'empty').exitCode).toBe(3);
  });

  it('takes a project whose node_modules holds links of pnpm', () => {
    work.write('p/package.json', JSON.stringify({ name: 'p', dependencies: { a: '1' } }));
    work.write(
      'p/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json',
      JSON.stringify({ name: 'a', version: '1.0.0' }),
    );
    symlinkSync('.pnpm/a@1.0.0/node_modules/a', work.path('p/node_modules/a'));
    expect(work.run('npm', 'p').exitCode).toBe(0);
    work.run('resolve', 'p/block-pack/npm.import', 'out');
    expect(readFileSync(work.path('out/app/node_modules/a/package.json'), 'utf8')).toContain('"a"');
  });
});
