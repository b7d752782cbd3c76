import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { showFigures } from './figures.ts';
import {
  hasPython,
  type PythonPack,
  packPython,
  pythonEnvironments,
  resolvePython,
  systemPython,
} from './python-environments.ts';
import { root, run, succeed } from './workspace.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-python-'));
const store = join(scratch, 'store');
const noPython = !hasPython();
const environments = noPython ? scratch : await pythonEnvironments();

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Reference first. */
const inputs = {
  wheels: 'wheels',
  'pip, one environment': 'first/venv',
  'pip, another environment': 'second/place/venv',
  'pip install --target': 'target',
  'installer, the library of Poetry and PDM': 'installer',
  'uv, an environment': 'uv-venv',
  'uv pip install --target': 'uv-target',
};

const packs = new Map<string, PythonPack>();

function packOf(name: string): PythonPack {
  const packed = packs.get(name);
  if (packed === undefined) throw new Error(`${name} is not packed`);
  return packed;
}

/** `purl digest` of each distribution but pip, which is part of an environment and not of what was asked for. */
function distributions({ imports }: PythonPack): string[] {
  return imports
    .filter(({ purl }) => purl.startsWith('pkg:pypi/') && !purl.startsWith('pkg:pypi/pip@'))
    .map(({ purl, digest }) => `${purl} ${digest}`)
    .sort();
}

beforeAll(async () => {
  if (noPython) return;
  for (const [name, folder] of Object.entries(inputs))
    packs.set(name, packPython(join(environments, folder), store));
  const rows = [...packs].map(([input, { imports, leftOut, seconds }]) => ({
    input,
    distributions: imports.filter(({ purl }) => purl.startsWith('pkg:pypi/')).length,
    bytes: imports.reduce((sum, { size }) => sum + size, 0),
    'new blocks': imports.filter((one) => one.new).length,
    'left out': leftOut.length,
    seconds: seconds.toFixed(1),
  }));
  showFigures('The same distributions, installed in seven ways', rows);
});

describe.skipIf(noPython)('real distributions are the same blocks whoever installed them', () => {
  test('there are more than 60 of them, native ones and families that share a namespace too', () => {
    const listed = distributions(packOf('wheels')).join('\n');
    expect(listed.split('\n').length).toBeGreaterThan(60);
    for (const name of [
      'numpy',
      'pandas',
      'cryptography',
      'cffi',
      'google-cloud-storage',
      'zope-interface',
      'ruff',
    ])
      expect(listed).toContain(`pkg:pypi/${name}@`);
  });

  test.each(Object.keys(inputs).slice(1))('%s: each has the block of its wheel', (name) => {
    expect(distributions(packOf(name))).toEqual(distributions(packOf('wheels')));
  });

  test.each(Object.keys(inputs))(
    '%s: each is as its RECORD says, and there is nothing to warn of',
    (name) => {
      const { imports, warnings } = packOf(name);
      const states = imports.map(({ integrity, purl }) => integrity?.state ?? purl);
      expect(new Set(states)).toEqual(new Set(['verified', 'pkg:generic/bin']));
      expect(warnings).toEqual([]);
    },
  );

  test('nothing differs besides but pip, which only environments of Python itself hold, and its scripts', () => {
    const others = (name: string) =>
      packOf(name)
        .imports.map(({ purl, digest }) => `${purl} ${digest}`)
        .filter((line) => !distributions(packOf('wheels')).includes(line));
    const [scripts] = others('wheels');
    for (const name of Object.keys(inputs).filter((one) => !one.includes('pip, ')))
      expect(others(name)).toEqual([scripts]);
    expect(others('pip, one environment')).toEqual([
      expect.stringMatching(/^pkg:pypi\/pip@/),
      expect.stringMatching(/^pkg:generic\/bin /),
    ]);
    expect(others('pip, another environment')).toEqual(others('pip, one environment'));
  });

  test('what is left out of an environment is what an installer made, and each file has its reason', () => {
    const reasons = new Map<string, number>();
    for (const { reason } of packOf('pip, one environment').leftOut)
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    showFigures(
      'Left out of one environment',
      [...reasons].map(([reason, files]) => ({ files, reason })),
    );
    expect([...reasons.keys()].sort()).toEqual([
      'an empty directory of no distribution',
      'belongs to the virtual environment',
      'compiled, anew by every installation',
      'made again for the interpreter of the image',
      'written again, as it was published',
      'written by the installer',
    ]);
  });
});

test.skipIf(noPython)('a lock proves where wheels come from', () => {
  const wheels = join(environments, 'wheels');
  const lines = readdirSync(wheels).map((file) => {
    const [name, version] = file.split('-');
    const sha256 = createHash('sha256')
      .update(readFileSync(join(wheels, file)))
      .digest('hex');
    return `${name}==${version} --hash=sha256:${sha256}`;
  });
  const lock = join(scratch, 'requirements.txt');
  writeFileSync(lock, lines.join('\n'));
  const { imports, warnings } = packPython(wheels, store, ['--lock', lock]);
  const proofs = imports.map(({ integrity }) => integrity?.against?.replace(lock, 'requirements.txt'));
  expect(new Set(proofs.filter((proof) => proof !== undefined))).toEqual(
    new Set(["the wheel's SHA-256 in requirements.txt, and its RECORD"]),
  );
  expect(warnings).toEqual([]);
});

describe.skipIf(noPython)('after resolve into an empty directory, with nothing else installed', () => {
  const target = join(scratch, 'anywhere/at all');
  const elsewhere = join(scratch, 'elsewhere');

  beforeAll(async () => {
    mkdirSync(elsewhere);
    resolvePython(packOf('wheels'), store, target);
  });

  test('every distribution can be imported', () => {
    const script = join(root, 'e2e/python/import_all.py');
    const { failed, ...figures } = JSON.parse(succeed(systemPython(), ['-I', script, target]));
    showFigures('Imported', [figures]);
    expect(Object.keys(failed)).toEqual(['black']);
    // Its server, which only an extra of black installs the dependencies of.
    expect(failed.black).toContain('aiohttp dependency is not installed');
  });

  test.each([
    ['httpie', 'an entry point', /^3\.2\.4/],
    ['flask', 'an entry point', /^Python 3\.[\s\S]*Flask 3\.1\.3/],
    ['rst2html.py', 'a published script', /Docutils 0\.19/],
    ['ruff', 'a program', /^ruff 0\.17\.6/],
    ['coverage', 'an entry point', /version 7\.17\.3/],
  ])('the script %s runs: %s', (script, _, version) => {
    const { exitCode, stdout, stderr } = run(join(target, 'bin', script), ['--version'], {
      cwd: elsewhere,
      env: {},
    });
    expect(stderr).toBe('');
    expect(stdout).toMatch(version);
    expect(exitCode).toBe(0);
  });
});
