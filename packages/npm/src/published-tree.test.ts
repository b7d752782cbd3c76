import { emptyMemory, type InputDirectory, MemoryBlobStore, pack, readCanonicalTar } from '@block-pack/core';
import { fakeInput } from '@block-pack/core/testing';
import { describe, expect, it } from 'vitest';
import { createNpmPacker } from './packer.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

async function packages(input: InputDirectory) {
  const store = new MemoryBlobStore();
  const left = new Map<string, string>();
  const warnings: string[] = [];
  const packed = await pack(createNpmPacker({ omit: [] }), [input], store, {
    memory: emptyMemory(),
    warn: ({ code }) => void warnings.push(code),
    leaveOut: (path, reason) => void left.set(path, reason),
  });
  const contents: Record<string, string[]> = {};
  for (const { line, block } of packed.imports) {
    const entries: string[] = [];
    for await (const entry of readCanonicalTar(store.read(block.digest), line.path)) {
      if (entry.kind === 'file') entries.push(`${entry.executable ? 'x ' : ''}${entry.path} ${entry.size}`);
      else if (entry.kind === 'symlink') entries.push(`${entry.path} -> ${entry.target}`);
    }
    contents[line.path] = entries;
  }
  return { packed, contents, left, warnings };
}

const digest = async (files: Files, executable: readonly string[] = []) =>
  (await packages(fakeInput(files, { executable }))).packed.imports.find(({ line }) =>
    line.path.endsWith('/p'),
  )?.block.digest;

const manifest = (fields: object = {}) => JSON.stringify({ name: 'p', version: '1.0.0', ...fields });

describe('a package is the same block whoever installed it', () => {
  const bin = manifest({ bin: './cli.js' });

  it('whether the installer made its command executable or not', async () => {
    const files = { 'node_modules/p/package.json': bin, 'node_modules/p/cli.js': '#!/bin/sh\n' };
    expect(await digest(files)).toBe(await digest(files, ['node_modules/p/cli.js']));
    expect((await packages(fakeInput(files))).contents['/app/node_modules/p']).toEqual([
      'x cli.js 10',
      'package.json 47',
    ]);
  });

  it("whether the installer repaired its command's first line or not", async () => {
    const withLine = (line: string) => ({
      'node_modules/p/package.json': bin,
      'node_modules/p/cli.js': `${line}first\r\nsecond\r\n`,
    });
    expect(await digest(withLine('#!/usr/bin/env node\r\n'))).toBe(
      await digest(withLine('#!/usr/bin/env node\n')),
    );
    expect(await digest(withLine('// node\r\n'))).not.toBe(await digest(withLine('// node\n')));
  });

  it('whether the installer renamed .gitignore or not', async () => {
    const files = (name: string) => ({
      'node_modules/p/package.json': manifest(),
      [`node_modules/p/a/${name}`]: 'x',
    });
    expect(await digest(files('.gitignore'))).toBe(await digest(files('.npmignore')));
    expect(await digest({ ...files('.gitignore'), ...files('.npmignore') })).toBe(
      await digest(files('.npmignore')),
    );
  });

  it('whether the installer made empty directories or not', async () => {
    const files = { 'node_modules/p/package.json': manifest() };
    expect(await digest({ ...files, 'node_modules/p/empty/': '' })).toBe(await digest(files));
  });

  it('wherever node-gyp built its module', async () => {
    const files = {
      'node_modules/p/package.json': manifest(),
      'node_modules/p/binding.gyp': '{}',
      'node_modules/p/build/Release/p.node': 'module',
      'node_modules/p/build/tool.js': 'published',
    };
    const leftovers = [
      'Makefile',
      'config.gypi',
      'p.target.mk',
      'Release/.deps/p.d',
      'Release/obj.target/p.o',
      'Release/obj.target/p.node',
      'Release/p.a',
    ];
    const built = Object.fromEntries(leftovers.map((name) => [`node_modules/p/build/${name}`, name]));
    expect(await digest({ ...files, ...built })).toBe(await digest(files));
    const { left } = await packages(fakeInput({ ...files, ...built }));
    expect([...left.keys()].sort()).toEqual(Object.keys(built).sort());
  });

  it('but files called like leftovers stay where nothing is built', async () => {
    const files = { 'node_modules/p/package.json': manifest(), 'node_modules/p/build/rules.mk': 'mine' };
    expect((await packages(fakeInput(files))).left.size).toBe(0);
  });

  it('but what npm 6 wrote into its package.json is told', async () => {
    const files = { 'node_modules/p/package.json': manifest({ _id: 'p@1.0.0', _resolved: 'somewhere' }) };
    expect((await packages(fakeInput(files))).warnings).toEqual(['MANIFEST_REWRITTEN']);
  });
});

describe('what lies in a node_modules', () => {
  it('and belongs to no package is a block of its own', async () => {
    const { packed } = await packages(
      fakeInput({
        'node_modules/.prisma/client/index.js': 'made',
        'node_modules/p/package.json': manifest(),
      }),
    );
    expect(packed.imports.map(({ line, component }) => `${line.path} ${component.purl}`)).toEqual([
      '/app pkg:generic/node_modules',
      '/app/node_modules/p pkg:npm/p@1.0.0',
    ]);
  });

  it('and was left behind is left out', async () => {
    const names = [
      '.cache/x',
      '.vite/deps/y.js',
      '.p-Ab3dE6gH/package.json',
      '.ignored_p/index.js',
      '.yarn-integrity',
    ];
    const files = Object.fromEntries(names.map((name) => [`node_modules/${name}`, 'x']));
    const { left, packed } = await packages(
      fakeInput({ ...files, 'node_modules/p/package.json': manifest() }),
    );
    expect([...left.keys()].sort()).toEqual(Object.keys(files).sort());
    expect(packed.imports).toHaveLength(1);
  });

  it('of a package, without a package.json, is part of that package', async () => {
    const { contents } = await packages(
      fakeInput({
        'node_modules/p/package.json': manifest(),
        'node_modules/p/node_modules/fixture/index.js': 'x',
        'node_modules/p/test/node_modules/q/package.json': 'not even JSON',
      }),
    );
    expect(contents).toEqual({
      '/app/node_modules/p': [
        'node_modules/fixture/index.js 1',
        'package.json 30',
        'test/node_modules/q/package.json 13',
      ],
    });
  });
});

describe('commands', () => {
  const p = {
    'node_modules/p/package.json': manifest({ bin: { cmd: 'cli.js' } }),
    'node_modules/p/cli.js': '',
  };
  const links = async (files: Files) => (await packages(fakeInput(files))).contents['/app'] ?? [];

  it.each([
    ['a link, as npm makes it', { cmd: '-> ../p/cli.js' }],
    ['a shell script, as pnpm makes it', { cmd: '#!/bin/sh\nexec node "$basedir/../p/cli.js" "$@"\n' }],
    ['three scripts, as on Windows', { cmd: 'sh', 'cmd.cmd': '@echo', 'cmd.ps1': 'ps' }],
  ])('are one kind of link, made of %s', async (_, found) => {
    const files = Object.fromEntries(
      Object.entries(found).map(([name, text]) => [`node_modules/.bin/${name}`, text]),
    );
    expect(await links({ ...p, ...files })).toEqual(['node_modules/.bin/cmd -> ../p/cli.js']);
  });

  it('are of the package that the disk says, when two have one of the same name', async () => {
    const q = {
      'node_modules/q/package.json': manifest({ name: 'q', bin: { cmd: 'q.js' } }),
      'node_modules/q/q.js': '',
    };
    const says = (text: string) => links({ ...p, ...q, 'node_modules/.bin/cmd': text });
    expect(await says('-> ../q/q.js')).toEqual(['node_modules/.bin/cmd -> ../q/q.js']);
    expect(await says('exec node "$basedir/../q/q.js"')).toEqual(['node_modules/.bin/cmd -> ../q/q.js']);
    expect(await says('unreadable')).toEqual(['node_modules/.bin/cmd -> ../p/cli.js']);
  });

  it('of a package above are found', async () => {
    const q = { 'node_modules/q/package.json': manifest({ name: 'q' }) };
    expect(await links({ ...p, ...q, 'node_modules/q/node_modules/.bin/cmd': 'sh' })).toEqual([
      'node_modules/q/node_modules/.bin/cmd -> ../../../p/cli.js',
    ]);
  });

  it('come from directories.bin too, and never from outside of the package', async () => {
    const files = {
      'node_modules/p/package.json': manifest({ directories: { bin: './bin' } }),
      'node_modules/p/bin/one': '',
      'node_modules/q/package.json': manifest({
        name: 'q',
        bin: { two: '../../../etc/passwd', three: 'gone.js' },
      }),
      'node_modules/q/etc/passwd': '',
    };
    const bins = Object.fromEntries(
      ['one', 'two', 'three'].map((name) => [`node_modules/.bin/${name}`, 'sh']),
    );
    expect(await links({ ...files, ...bins })).toEqual([
      'node_modules/.bin/one -> ../p/bin/one',
      'node_modules/.bin/two -> ../q/etc/passwd',
    ]);
  });
});
