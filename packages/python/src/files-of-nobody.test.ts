import { movedEntry } from '@block-pack/core';
import { fakeFile, fakeInput } from '@block-pack/core/testing';
import { describe, expect, it } from 'vitest';
import {
  type FakeDistribution,
  fakeWheel,
  installed,
  installers,
  wheelDirectory,
} from './testing/fake-distribution.ts';
import { filesOf, packPython } from './testing/pack-python.ts';

const pip = installers['an environment made by pip'];
if (pip === undefined) throw new Error('no installer');
const six: FakeDistribution = { name: 'six', version: '1.17.0', files: { 'six.py': 'six' } };
const modules = 'lib/python3.11/site-packages';

async function environment(more: Readonly<Record<string, string>>) {
  const entries = [
    ...(await installed([six], pip as NonNullable<typeof pip>).entries()),
    ...(await fakeInput(more).entries()),
  ];
  return { name: '.venv', entries: async () => entries };
}

describe('what no distribution owns', () => {
  it('is one block at the prefix, named after it', async () => {
    const packed = await packPython(
      await environment({
        [`${modules}/ours.py`]: 'ours',
        'bin/serve': '#!/bin/sh\n',
        'etc/app.cfg': 'x = 1',
      }),
    );
    expect(await filesOf(packed, 'pkg:generic/site-packages')).toEqual({
      'bin/serve': '#!/bin/sh\n',
      'etc/app.cfg': 'x = 1',
      'ours.py': 'ours',
    });
    expect(packed.imports.at(-1)?.component).toMatchObject({ role: 'other' });
    expect(packed.warnings).toEqual([
      expect.stringMatching(/^FILES_OUTSIDE: .*: bin\/serve, etc\/app\.cfg\. /),
    ]);
  });

  it('may be a whole system of packages beside the environment, of which is warned', async () => {
    const plain = await (await environment({})).entries();
    const settings = fakeFile('pyvenv.cfg', 'include-system-site-packages = true\n');
    const entries = plain.map((entry) => (entry.path === 'pyvenv.cfg' ? settings : entry));
    const packed = await packPython({ name: '.venv', entries: async () => entries });
    expect(packed.warnings).toEqual([expect.stringMatching(/^SYSTEM_PACKAGES: /)]);
  });

  it('is left out when it belongs to the environment, wherever its links lead', async () => {
    const packed = await packPython(
      await environment({
        'bin/python': '-> /usr/bin/python3.11',
        'bin/activate': 'VIRTUAL_ENV=/home/me/shop/.venv',
        'bin/deactivate.csh': 'unsetenv VIRTUAL_ENV',
        lib64: '-> lib',
        '.gitignore': '*',
        [`${modules}/_virtualenv.py`]: 'patch',
        [`${modules}/ours/__pycache__/x.cpython-311.pyc`]: 'compiled',
        'include/': '',
      }),
    );
    expect(packed.imports.map(({ component }) => component.purl)).toEqual(['pkg:pypi/six@1.17.0']);
    expect(packed.leftOut.get('bin/python')).toBe('belongs to the virtual environment');
    expect(packed.leftOut.get(`${modules}/ours/__pycache__/x.cpython-311.pyc`)).toBe(
      'compiled, anew by every installation',
    );
    expect(packed.leftOut.get('pyvenv.cfg')).toBe('belongs to the virtual environment');
  });

  it('in a directory of wheels is left out, as it is not installed', async () => {
    const { input, openWheel } = wheelDirectory([fakeWheel(six)]);
    const more = await fakeInput({ 'constraints.txt': '' }).entries();
    const entries = [...(await input().entries()), ...more];
    const packed = await packPython({ name: 'wheels', entries: async () => entries }, { openWheel });
    expect(packed.leftOut).toEqual(new Map([['constraints.txt', 'is no wheel']]));
  });
});

describe('what two distributions own', () => {
  const one: FakeDistribution = {
    name: 'aa',
    version: '1',
    files: { 'google/__init__.py': 'same', 'aa.py': 'a' },
  };
  const other: FakeDistribution = {
    name: 'bb',
    version: '1',
    files: { 'google/__init__.py': 'same', 'bb.py': 'b' },
  };
  const differing: FakeDistribution = { ...other, files: { 'google/__init__.py': 'other', 'bb.py': 'b' } };

  it('stands in the block of the first by name when it is the same', async () => {
    const { imports, warnings } = await packPython(installed([other, one], pip));
    expect(warnings).toEqual([
      'FILE_SHARED: google/__init__.py belongs to aa and bb; it stands in the block of aa',
    ]);
    expect(imports.map(({ component }) => component.integrity?.state)).toEqual(['verified', 'verified']);
  });

  it('stands in the block of the one that it is really of', async () => {
    const { warnings } = await packPython(installed([one, differing], pip));
    expect(warnings).toEqual([
      'FILE_SHARED: google/__init__.py belongs to aa and bb; it stands in the block of bb',
    ]);
  });

  it('is the same from wheels, whichever order they are in', async () => {
    const digests = async (distributions: readonly FakeDistribution[]) => {
      const { input, openWheel } = wheelDirectory(distributions.map((each) => fakeWheel(each)));
      const { imports } = await packPython(input(), { openWheel });
      return imports.map(({ line }) => line.digest);
    };
    expect(await digests([one, other])).toEqual(await digests([other, one]));
    const onDisk = await packPython(installed([one, other], pip));
    expect(onDisk.imports.map(({ line }) => line.digest)).toEqual(await digests([one, other]));
  });
});

describe('a distribution', () => {
  it('that was installed from a directory is the application itself, and its block the same', async () => {
    const said = {
      [`${modules}/six-1.17.0.dist-info/direct_url.json`]: '{"dir_info": {}, "url": "file:///home/me/six"}',
    };
    const [own, published] = [
      await packPython(await environment(said)),
      await packPython(await environment({})),
    ];
    expect(own.imports[0]?.component.role).toBe('application');
    expect(published.imports[0]?.component.role).toBe('dependency');
    expect(own.imports[0]?.line.digest).toBe(published.imports[0]?.line.digest);
  });

  it('is the same block when its site-packages was taken out of the environment', async () => {
    const whole = await environment({});
    const entries = (await whole.entries()).filter(({ path }) => path.startsWith(`${modules}/`));
    const out = fakeInput({}, { name: 'site-packages' });
    const inside = entries.map((entry) => movedEntry(entry, entry.path.slice(modules.length + 1)));
    const taken = await packPython({ ...out, entries: async () => inside });
    expect(taken.manifest).toEqual((await packPython(whole)).manifest);
  });

  it('of an environment made on Windows may have lost its executable bits, which is said', async () => {
    const files = {
      'Lib/site-packages/six-1.17.0.dist-info/RECORD': 'six.py,,\n../../Scripts/six.exe,,\n',
      'Scripts/six.exe': 'MZ',
    };
    const packed = await packPython(fakeInput(files));
    expect(packed.warnings.join()).toContain('MODES_UNKNOWN');
    expect(Object.keys(await filesOf(packed, 'pkg:pypi/six'))).toContain('bin/six.exe');
  });
});

describe('scripts', () => {
  const points = (text: string) => ({ '{info}/entry_points.txt': `[console_scripts]\n${text}\n` });

  it('are made for the interpreter of the image, and find the distributions beside them', async () => {
    const shop: FakeDistribution = {
      name: 'shop',
      version: '1',
      files: points('shop = shop.cli:App.run [extra]'),
    };
    const packed = await packPython(installed([shop], pip), { python: '/opt/python/bin/python3' });
    const { 'shop*': script } = await filesOf(packed, 'pkg:generic/bin');
    expect(script).toMatch(/^#!\/opt\/python\/bin\/python3\nimport os\n/);
    expect(script).toContain('from shop.cli import App\n');
    expect(script).toContain('sys.exit(App.run())');
  });

  it('that are published are started as they are, under their own first line', async () => {
    const shop: FakeDistribution = {
      name: 'shop',
      version: '1',
      files: { '{data}/scripts/shop.py': '#!python -E\n"""Doc."""\n' },
    };
    const packed = await packPython(installed([shop], pip));
    const files = await filesOf(packed, 'pkg:generic/bin');
    expect(files['.published/shop.py']).toBe('#!python\n"""Doc."""\n');
    expect(files['shop.py*']).toContain('runpy.run_path');
  });

  it('are not what a package called bin holds', async () => {
    const files = { 'bin/__init__.py': '', 'bin/tool.py': '#!/usr/bin/env python3\nx = 1\n' };
    const packed = await packPython(installed([{ name: 'shop', version: '1', files }], pip));
    expect(await filesOf(packed, 'pkg:pypi/shop')).toMatchObject(files);
    expect(packed.imports).toHaveLength(1);
  });

  it('of two distributions under one name are warned of', async () => {
    const first: FakeDistribution = { name: 'first', version: '1', files: points('run = first:main') };
    const second: FakeDistribution = { name: 'second', version: '1', files: points('run = second:main') };
    const { warnings } = await packPython(installed([first, second], pip));
    expect(warnings).toEqual([
      'SCRIPT_TWICE: second has a script run that first has too; the other one is kept',
    ]);
  });
});
