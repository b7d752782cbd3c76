import {
  collect,
  emptyMemory,
  type InputDirectory,
  MemoryBlobStore,
  type Packed,
  pack,
  readCanonicalTar,
  type Warning,
} from '@block-pack/core';
import { fakeInput, packerContract } from '@block-pack/core/testing';
import { describe, expect, it } from 'vitest';
import type { BytecodeCompiler, OpenCompiler } from './bytecode.ts';
import { createPythonPacker } from './packer.ts';
import {
  type FakeDistribution,
  fakeWheel,
  installed,
  installers,
  wheelDirectory,
} from './testing/fake-distribution.ts';

const published: readonly FakeDistribution[] = [
  { name: 'Six', version: '1.17.0', files: { 'six.py': 'six = 6\n' } },
  {
    name: 'shop',
    version: '2.0',
    files: {
      'shop/__init__.py': '',
      'shop/views.py': 'views',
      'shop/old.py': 'print "old"',
      'shop/data.json': '{}',
      'shop/templates/{{ name }}.py': 'no module',
      '{data}/data/share/shop/plugin.py': 'no module of site-packages',
      '{data}/scripts/shop.py': '#!python\nimport shop\n',
    },
  },
  { name: 'native', version: '1', files: { 'native.so': 'elf' } },
  { name: 'relic', version: '1', files: { 'relic.py': 'print "relic"' } },
];

const { input: wheels, openWheel } = wheelDirectory(published.map((one) => fakeWheel(one)));

/** Compiles all but what Python 2 has left behind. */
function fakeCompiler(more: Partial<BytecodeCompiler> = {}): BytecodeCompiler {
  return {
    cacheTag: 'cpython-311',
    stamp: '3.11.7',
    compile: async (source, path) => {
      const text = new TextDecoder().decode(source);
      return text.startsWith('print ') ? undefined : new TextEncoder().encode(`${path}: ${text}`);
    },
    ...more,
  };
}

const openFake: OpenCompiler = async () => fakeCompiler();

interface Outcome extends Packed {
  readonly warnings: readonly Warning[];
  /** Files of each block, by purl. */
  readonly files: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

async function packOnce(
  input: InputDirectory,
  openCompiler: OpenCompiler | undefined,
  { store = new MemoryBlobStore(), memory = emptyMemory() } = {},
): Promise<Outcome> {
  const warnings: Warning[] = [];
  const packer = createPythonPacker({ locks: [], openWheel, openCompiler });
  const packed = await pack(packer, [input], store, {
    memory,
    warn: (warning) => void warnings.push(warning),
  });
  const files: Record<string, Record<string, string>> = {};
  for (const { component, block } of packed.imports) {
    const inside: Record<string, string> = {};
    for await (const entry of readCanonicalTar(store.read(block.digest), component.purl))
      if (entry.kind === 'file')
        inside[entry.path] = new TextDecoder().decode(await collect(entry.read(), 1e6, entry.path));
    files[component.purl] = inside;
  }
  return { ...packed, warnings, files };
}

function isBytecode(purl: string): boolean {
  return purl.includes('-bytecode');
}

packerContract(
  'an environment whose modules are compiled',
  () => createPythonPacker({ locks: [], openWheel, openCompiler: openFake }),
  () => installedBy('an environment made by pip', {}),
  { generates: true },
);

describe('the bytecode of distributions', () => {
  it('is a block of its own for each distribution, where Python looks for it', async () => {
    const { files, imports } = await packOnce(wheels(), openFake);
    const bytecode = Object.fromEntries(Object.entries(files).filter(([purl]) => isBytecode(purl)));
    expect(bytecode).toEqual({
      'pkg:generic/six-bytecode@1.17.0': {
        '__pycache__/six.cpython-311.pyc': '/app/site-packages/six.py: six = 6\n',
      },
      'pkg:generic/shop-bytecode@2.0': {
        'shop/__pycache__/__init__.cpython-311.pyc': '/app/site-packages/shop/__init__.py: ',
        'shop/__pycache__/views.cpython-311.pyc': '/app/site-packages/shop/views.py: views',
      },
    });
    const lines = imports.filter(({ component }) => isBytecode(component.purl));
    expect(new Set(lines.map(({ line }) => line.path))).toEqual(new Set(['/app/site-packages']));
    expect(new Set(lines.map(({ component }) => component.role))).toEqual(new Set(['other']));
  });

  it('changes nothing about the other blocks', async () => {
    const others = ({ imports }: Packed) =>
      imports.filter(({ component }) => !isBytecode(component.purl)).map(({ line }) => line);
    expect(others(await packOnce(wheels(), openFake))).toEqual(others(await packOnce(wheels(), undefined)));
  });

  it('is the same from every kind of installation', async () => {
    const bytecode = ({ imports }: Packed) =>
      imports
        .filter(({ component }) => isBytecode(component.purl))
        .map(({ line }) => `${line.path} ${line.digest}`);
    const reference = bytecode(await packOnce(wheels(), openFake));
    for (const installer of Object.values(installers))
      expect(bytecode(await packOnce(installed(published, installer), openFake))).toEqual(reference);
  });

  it('holds what no distribution owns, too', async () => {
    const input = installedBy('an environment made by pip', { 'lib/python3.11/site-packages/own.py': 'own' });
    const { files } = await packOnce(input, openFake);
    expect(files['pkg:generic/site-packages-bytecode']).toEqual({
      '__pycache__/own.cpython-311.pyc': '/app/site-packages/own.py: own',
    });
  });

  it('is made once for the same modules and the same interpreter', async () => {
    const kept = { store: new MemoryBlobStore(), memory: emptyMemory() };
    let compiled = 0;
    const counting = (stamp: string): OpenCompiler => {
      const real = fakeCompiler();
      return async () =>
        fakeCompiler({
          stamp,
          compile: (source, path) => {
            compiled++;
            return real.compile(source, path);
          },
        });
    };
    const stamped = (six: string) => withStamps(installedBy('a target directory made by pip', {}), six);
    const first = await packOnce(stamped('six 1'), counting('3.11.7'), kept);
    expect(compiled).toBe(5);
    const second = await packOnce(stamped('six 1'), counting('3.11.7'), kept);
    expect(compiled).toBe(5);
    expect(second.manifest).toEqual(first.manifest);
    expect(second.warnings).toEqual(first.warnings);
    await packOnce(stamped('six 2'), counting('3.11.7'), kept);
    expect(compiled).toBe(6);
    await packOnce(stamped('six 2'), counting('3.11.8'), kept);
    expect(compiled).toBe(11);
  });

  it('lacks what cannot be compiled, which is said once', async () => {
    const { warnings } = await packOnce(wheels(), openFake);
    expect(warnings).toEqual([
      {
        code: 'NOT_COMPILED',
        message:
          '2 modules are packed as source alone, since the interpreter cannot compile them: relic (1), shop (1)',
      },
    ]);
  });

  it('comes from the interpreter of the environment, where there is one', async () => {
    const asked: (string | undefined)[] = [];
    const asking: OpenCompiler = async (own) => {
      asked.push(own);
      return fakeCompiler();
    };
    for (const installer of ['an environment made by pip', 'a target directory made by pip'])
      await packOnce(installedBy(installer, {}), asking);
    await packOnce(wheels(), asking);
    expect(asked).toEqual(['bin/python', undefined, undefined]);
  });

  it.each([
    ['an environment made by pip', []],
    ['an environment made by uv', ['PYTHON_DIFFERS']],
    ['a target directory made by pip', []],
  ])('that %s cannot use is warned of: %j', async (installer, codes) => {
    const { warnings } = await packOnce(installedBy(installer, {}), openFake);
    expect(warnings.map(({ code }) => code)).toEqual([...codes, 'NOT_COMPILED']);
  });
});

function installedBy(installer: string, more: Readonly<Record<string, string>>): InputDirectory {
  const how = installers[installer];
  if (how === undefined) throw new Error(`no installer ${installer}`);
  const { name, entries } = installed(published, how);
  return {
    name,
    entries: async () => [...(await entries()), ...(await fakeInput(more).entries())],
  };
}

/** @param six what the stamp of the only file of six is */
function withStamps({ name, entries }: InputDirectory, six: string): InputDirectory {
  return {
    name,
    entries: async () =>
      (await entries()).map((entry) =>
        entry.kind === 'file' ? { ...entry, stamp: entry.path === 'six.py' ? six : entry.path } : entry,
      ),
  };
}
