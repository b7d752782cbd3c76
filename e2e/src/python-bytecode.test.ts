import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBlockPack } from './block-pack.ts';
import { showFigures } from './figures.ts';
import {
  hasPython,
  type PythonPack,
  packPython,
  pythonEnvironments,
  resolvePython,
  systemPython,
} from './python-environments.ts';
import { eventually } from './waiting.ts';
import { root, succeed } from './workspace.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-bytecode-'));
const store = join(scratch, 'store');
const target = join(scratch, 'compiled');
const noPython = !hasPython();
const environments = noPython ? scratch : await pythonEnvironments();
const compiled = ['--pyc', 'unchecked-hash'];

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** `purl digest` of each, less pip, which only environments of Python itself hold. */
function blocks({ imports }: PythonPack, isBytecode: boolean): string[] {
  return imports
    .filter(({ purl }) => purl.includes('-bytecode') === isBytecode)
    .filter(({ purl }) => !/^pkg:generic\/bin$|\/pip(-bytecode)?@/.test(purl))
    .map(({ purl, digest }) => `${purl} ${digest}`)
    .sort();
}

describe.skipIf(noPython)('bytecode of real distributions', () => {
  let first: PythonPack;
  let again: PythonPack;
  /** What an interpreter between is asked to compile. */
  const log = join(scratch, 'log');
  const spy = join(scratch, 'spy');

  beforeAll(() => {
    first = packPython(join(environments, 'first/venv'), store, compiled);
    // At once, since a store knows of an input only what its last pack has used.
    writeFileSync(spy, `#!/bin/sh\ntee -a '${log}' | '${systemPython()}' "$@"\n`);
    chmodSync(spy, 0o755);
    again = packPython(join(environments, 'first/venv'), store, [...compiled, '--pyc-python', spy]);
    resolvePython(first, store, target);
  });

  test('is the same from wheels, in another store, for whoever compiles it wherever and whenever', () => {
    const umask = process.umask(0o077);
    // Names that modules use, too: what a process knows already must leave no traces.
    const env = {
      PATH: process.env.PATH,
      TZ: 'Asia/Kathmandu',
      LC_ALL: 'tr_TR',
      HOME: scratch,
      self: 'data',
    };
    const other = packPython(
      join(environments, 'wheels'),
      join(scratch, 'other store'),
      [...compiled, '--pyc-python', systemPython()],
      { cwd: scratch, env: { ...env, PYTHONHASHSEED: '7', PYTHONOPTIMIZE: '2' } },
    );
    process.umask(umask);
    expect(blocks(first, true).length).toBeGreaterThan(100);
    expect(blocks(other, true)).toEqual(blocks(first, true));
    const bytes = (isBytecode: boolean) =>
      first.imports
        .filter(({ purl }) => purl.includes('-bytecode') === isBytecode)
        .reduce((sum, { size }) => sum + size, 0);
    showFigures('Bytecode', [
      {
        blocks: blocks(first, true).length,
        bytes: bytes(true),
        beside: bytes(false),
        seconds: first.seconds,
      },
    ]);
  });

  test('leaves the blocks of the distributions as they are', () => {
    const without = packPython(join(environments, 'first/venv'), store);
    expect(blocks(without, false)).toEqual(blocks(first, false));
    expect(blocks(without, true)).toEqual([]);
  });

  test('is not compiled again when nothing has changed', () => {
    expect(again.imports).toEqual(first.imports.map((one) => ({ ...one, new: false })));
    expect(statSync(log).size).toBe(0);
  });

  test('is all that Python needs: it compiles nothing and writes nothing', () => {
    const files = (): string[] =>
      readdirSync(target, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.pyc'))
        .map((path) => `${path} ${statSync(join(target, path)).mtimeMs}`)
        .sort();
    const before = files();
    const script = join(root, 'e2e/python/import_all.py');
    const { failed, ...figures } = JSON.parse(succeed(systemPython(), ['-I', script, target]));
    showFigures('Imported', [figures]);
    expect(Object.keys(failed)).toEqual(['black']);
    expect(figures.compiled).toBe(0);
    expect(files()).toEqual(before);
  });
});

test.skipIf(noPython)('Ctrl-C ends every interpreter, and leaves nothing half-written', async () => {
  const place = join(scratch, 'interrupted');
  const [interpreter, started] = [join(scratch, 'interpreter'), join(scratch, 'started')];
  // The shell becomes the interpreter, so both are one process.
  writeFileSync(interpreter, `#!/bin/sh\necho $$ >>'${started}'\nexec '${systemPython()}' "$@"\n`);
  chmodSync(interpreter, 0o755);
  const output = join(scratch, 'interrupted.import');
  const words = ['--store', place, '-o', output, ...compiled, '--pyc-python', interpreter];
  const pack = startBlockPack(['python', join(environments, 'first/venv'), ...words]);
  const interpreters = () => readFileSync(started, 'utf8').trim().split('\n');
  const expected = Math.min(4, availableParallelism());
  await eventually(
    `${expected} interpreters`,
    pack,
    () => (existsSync(started) && interpreters().length === expected) || undefined,
  );
  pack.process.kill('SIGINT');
  const { exitCode, stderr } = await pack.ended;
  expect([exitCode, stderr]).toEqual([130, expect.stringContaining('Interrupted')]);
  for (const pid of interpreters()) expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
  expect(['drafts', 'leases'].flatMap((name) => readdirSync(join(place, name)))).toEqual([]);
  expect(existsSync(output)).toBe(false);
});
