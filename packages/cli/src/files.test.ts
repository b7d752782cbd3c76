import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { fakeZip } from '@block-pack/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectSameFiles } from './testing/files.ts';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
});
afterEach(() => work.remove());

describe('block-pack files', () => {
  it('packs a directory as it is, and resolve makes it again', () => {
    work.write('dist/main.js', 'main');
    work.write('dist/run.sh', '#!/bin/sh\n', 0o755);
    const { exitCode, stdout } = work.run('files', 'dist', '--prefix', '/srv/shop/');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('pkg:generic/shop (application)  /srv/shop/ (2 files)');
    expect(work.read('block-pack/files.import')).toContain('\n/srv/shop from sha256:');
    work.run('resolve', 'block-pack/files.import', 'out', '--strip', '/srv/shop');
    expectSameFiles(work, 'dist', 'out');
  });

  it('refuses an empty directory', () => {
    mkdirSync(work.path('dist'));
    expect(work.run('files', 'dist')).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('There is nothing to pack in dist: it is empty'),
    });
  });

  it('says what to give when there is nothing, or something else', () => {
    expect(work.run('files', 'dist').stderr).toContain('Expected a directory, or an archive of one');
    expect(work.run('npm', 'shop').stderr).toContain("Expected a project's directory");
    expect(work.run('python', '.venv').stderr).toContain('Expected a virtual environment');
    expect(work.run('java', 'lib').stderr).toContain('Expected a directory of jars');
  });
});

describe('block-pack files in a project', () => {
  const store = () => ['--store', work.path('store')];
  const pack = (...words: readonly string[]) => {
    const { exitCode, document } = work.json('files', '.', '-C', 'shop', ...store(), ...words);
    expect(exitCode).toBe(0);
    const [line] = document.imports as { files: number; digest: string }[];
    const left = document.leftOut as { path: string; reason: string }[];
    return {
      files: line?.files,
      digest: line?.digest,
      left: new Map(left.map(({ path, reason }) => [path, reason])),
    };
  };

  function writeProject(): void {
    for (const path of ['package.json', 'node_modules/ms/package.json', 'packages/prices/package.json'])
      work.write(`shop/${path}`, '{}');
    symlinkSync('../packages/prices', work.path('shop/node_modules/prices'));
    for (const path of [
      'src/server.js',
      'dist/node_modules/kept/index.js',
      '.git/HEAD',
      'jobs/.venv/pyvenv.cfg',
      'jobs/.venv/lib/python3.12/site-packages/six.py',
      'jobs/report.py',
      'jobs/__pycache__/report.cpython-312.pyc',
      'test/server.test.js',
    ])
      work.write(`shop/${path}`, path);
  }

  it('packs what no other packer packs, and says what is left out', () => {
    writeProject();
    const { files, left } = pack();
    expect(files).toBe(5);
    expect(Object.fromEntries(left)).toEqual({
      '.git/HEAD': 'kept by version control',
      'jobs/.venv/lib/python3.12/site-packages/six.py': 'in a virtual environment, for block-pack python',
      'jobs/.venv/pyvenv.cfg': 'in a virtual environment, for block-pack python',
      'jobs/__pycache__/report.cpython-312.pyc': 'compiled by Python, anew on every machine',
      'node_modules/ms/package.json': 'packed by block-pack npm',
      'node_modules/prices': 'packed by block-pack npm',
      'packages/prices/package.json': 'packed by block-pack npm',
    });
    work.run('resolve', 'shop/block-pack/files.import', 'out', '--strip', '/app');
    expect(work.read('out/dist/node_modules/kept/index.js')).toBe('dist/node_modules/kept/index.js');
    expect(existsSync(work.path('out/node_modules'))).toBe(false);
  });

  it('has nothing of what another run writes at the moment, or has left, nor in an archive', () => {
    const draft = '.block-pack-draft-c1b7e2a0';
    const files = ['main.js', `block-pack/${draft}`, `out/${draft}/index.json`];
    work.write('shop/main.js', 'main.js');
    const { digest } = pack();
    for (const path of files) work.write(`shop/${path}`, path);
    const { left, ...again } = pack();
    expect(again.digest).toBe(digest);
    expect([...left.keys()]).toEqual(['block-pack/files.import']);
    work.write('shop.zip', fakeZip(files.map((path) => ({ path, content: path }))));
    const { document } = work.json('files', 'shop.zip', ...store());
    expect(document).toMatchObject({
      imports: [{ digest }],
      leftOut: files.slice(1).map((path) => ({ path, reason: 'a draft that block-pack left' })),
    });
  });

  it('has its manifest in the project, and is the same with it, without dependencies, and by its full name', () => {
    writeProject();
    const { digest } = pack();
    expect(work.run('files', '.', '-C', 'shop', ...store(), '--frozen').exitCode).toBe(0);
    expect(pack().left.get('block-pack/files.import')).toBe('an import manifest');
    rmSync(work.path('shop/node_modules'), { recursive: true });
    rmSync(work.path('shop/packages'), { recursive: true });
    rmSync(work.path('shop/jobs/.venv'), { recursive: true });
    expect(pack().digest).toBe(digest);
    expect(work.run('files', work.path('shop'), '-C', 'shop/src', ...store()).stdout).toContain(
      work.path('shop/block-pack/files.import'),
    );
    expect(existsSync(work.path('block-pack'))).toBe(false);
  });

  it('takes no other file inside the project for its manifest', () => {
    writeProject();
    expect(work.run('files', 'shop', '-o', 'shop/files.import')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('lies inside, the input'),
    });
    expect(work.run('files', 'shop', '-o', 'shop/block-pack/config.import').exitCode).toBe(0);
  });

  it('leaves out what is excluded', () => {
    writeProject();
    const { files, left } = pack('--exclude', 'test', '--exclude', './dist/', '--exclude', 'tes');
    expect(files).toBe(3);
    expect(left.get('test/server.test.js')).toBe('excluded');
    expect(left.get('dist/node_modules/kept/index.js')).toBe('excluded');
    expect(work.run('files', 'shop', '--exclude', 'tes').stderr).toContain('There is no tes in shop');
    for (const path of ['', '.', '..', '../x', '/etc'])
      expect(work.run('files', 'shop', '--exclude', path)).toMatchObject({ exitCode: 2 });
  });

  it.each([
    ['*.pem', ['a.pem', '.pem']],
    ['**/*.pem', ['a.pem', '.pem', 'x/b.pem', 'x/y/c.pem']],
    ['x/*', ['x/b.pem', 'x/y/c.pem', 'x/y/(1).txt']],
    ['x/**/c.pem', ['x/y/c.pem']],
    ['x/**', ['x/b.pem', 'x/y/c.pem', 'x/y/(1).txt']],
    ['?/b.pem', ['x/b.pem']],
    ['**/y', ['x/y/c.pem', 'x/y/(1).txt']],
    ['x/y/(?).t*t', ['x/y/(1).txt']],
    ['x.y', []],
    ['A.pem', []],
  ])('leaves out what the pattern %s matches, and what lies below', (pattern, expected) => {
    for (const path of ['a.pem', '.pem', 'x/b.pem', 'x/y/c.pem', 'x/y/(1).txt', 'x-y'])
      work.write(`shop/${path}`, path);
    const left = [...pack('--exclude', pattern).left].filter(([, reason]) => reason === 'excluded');
    expect(left.map(([path]) => path).sort()).toEqual([...expected].sort());
  });

  it('warns of files that may hold secrets, and packs them unless they are excluded', () => {
    writeProject();
    const secret = ['.env', '.env.production', 'conf/.npmrc', 'conf/server.PEM', 'home/.aws/credentials'];
    for (const path of [...secret, 'keys/id_ed25519', '.git/id_rsa', 'node_modules/ms/cert.pem'])
      work.write(`shop/${path}`, path);
    for (const path of ['.env.example', 'keys/id_ed25519.pub', 'src/env', 'src/credentials', 'src/keys'])
      work.write(`shop/${path}`, path);
    const warned = (...words: readonly string[]) =>
      work
        .run('files', 'shop', ...words)
        .stderr.split('\n')
        .filter((line) => line.startsWith('warning'));
    expect(warned()).toEqual([
      `warning 6 files that may hold secrets are packed: ${secret.join(', ')} and 1 more. Whoever has the image can read what is in it; leave secrets out: --exclude .env`,
    ]);
    expect(warned(...secret.flatMap((path) => ['--exclude', path]))).toEqual([
      expect.stringContaining('A file that may hold a secret is packed'),
    ]);
    expect(warned(...[...secret, 'keys'].flatMap((path) => ['--exclude', path]))).toEqual([]);
  });

  it('packs a virtual environment or a .git that is named itself', () => {
    writeProject();
    expect(work.json('files', 'shop/jobs/.venv').document.totals).toMatchObject({ blocks: 1 });
    expect(work.json('files', 'shop/.git').document.totals).toMatchObject({ blocks: 1 });
    work.write('bare/.git/HEAD', '');
    expect(work.run('files', 'bare').stderr).toContain(
      'There is nothing to pack in bare: kept by version control',
    );
  });
});
