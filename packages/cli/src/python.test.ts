import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fakeZip } from '@block-pack/core/testing';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
});
afterEach(() => work.remove());

const files = {
  'greet/__init__.py': 'words = 1\n',
  'greet-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: greet\nVersion: 1.0\n',
  'greet-1.0.dist-info/WHEEL':
    'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  'greet-1.0.dist-info/entry_points.txt': '[console_scripts]\ngreet = greet:main\n',
};

function record(extra: readonly string[] = []): string {
  const lines = Object.entries(files).map(([path, content]) => {
    const hash = createHash('sha256').update(content).digest('base64url');
    return `${path},sha256=${hash},${content.length}`;
  });
  return `${[...lines, ...extra, 'greet-1.0.dist-info/RECORD,,'].join('\n')}\n`;
}

function writeEnvironment(folder: string): void {
  const site = `${folder}/lib/python3.11/site-packages`;
  for (const [path, content] of Object.entries(files)) work.write(`${site}/${path}`, content);
  work.write(`${site}/greet-1.0.dist-info/RECORD`, record(['../../../bin/greet,,']));
  work.write(`${site}/greet-1.0.dist-info/INSTALLER`, 'pip\n');
  work.write(`${site}/greet/__pycache__/__init__.cpython-311.pyc`, 'compiled');
  work.write(`${folder}/pyvenv.cfg`, 'home = /usr/bin\nversion = 3.11.7\n');
  work.write(`${folder}/bin/greet`, `#!${work.path(folder)}/bin/python\n`, 0o755);
}

function writeWheel(): string {
  const wheel = fakeZip({ ...files, 'greet-1.0.dist-info/RECORD': record() });
  work.write('wheels/greet-1.0-py3-none-any.whl', wheel);
  return createHash('sha256').update(wheel).digest('hex');
}

function digestOf(manifest: string): string | undefined {
  return /from (sha256:\S+) .*purl=pkg:pypi\/greet@1\.0/.exec(work.read(manifest))?.[1];
}

describe('block-pack python', () => {
  it('gives a virtual environment and the wheel it was installed from the same block', () => {
    writeEnvironment('.venv');
    writeWheel();
    expect(work.run('python', '.venv', '-o', 'venv.import').exitCode).toBe(0);
    expect(work.run('python', 'wheels', '-o', 'wheels.import').exitCode).toBe(0);
    expect(digestOf('venv.import')).toMatch(/^sha256:/);
    expect(digestOf('wheels.import')).toBe(digestOf('venv.import'));
  });

  it('makes scripts for the interpreter of the image, and says what is left out', () => {
    writeEnvironment('.venv');
    const { stdout } = work.run(
      'python',
      '.venv',
      '--python',
      '/opt/python/bin/python3',
      '--prefix',
      '/srv/lib',
      '-o',
      'x.import',
    );
    expect(stdout).toMatch(/^left out +\d+ files/m);
    expect(stdout).toMatch(/^as published +1 verified/m);
    work.run('resolve', 'x.import', 'out');
    expect(work.read('out/srv/lib/greet/__init__.py')).toBe('words = 1\n');
    const script =
      /^\S+ from \S+ type=tree .*purl=pkg:generic\/bin/m.exec(work.read('x.import'))?.[0].split(' ')[0] ?? '';
    expect(work.read(`out${script}/greet`)).toMatch(/^#!\/opt\/python\/bin\/python3\n/);
    expect(work.run('python', '.venv', '--python', 'python3').exitCode).toBe(2);
  });

  it('checks wheels against a lock', () => {
    const sha256 = writeWheel();
    work.write('requirements.txt', `greet==1.0 --hash=sha256:${sha256}\n`);
    const imports = (lock: string) =>
      work.json('python', 'wheels', '-o', 'x.import', '--lock', lock).document.imports as {
        integrity?: { state: string; reason?: string };
      }[];
    expect(imports('requirements.txt')[0]?.integrity?.state).toBe('verified');
    work.write('other.txt', `greet==1.0 --hash=sha256:${'0'.repeat(64)}\n`);
    expect(imports('other.txt')[0]?.integrity).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('none of those that other.txt allows'),
    });
    work.write('nothing.txt', 'remember the milk');
    expect(work.run('python', 'wheels', '--lock', 'nothing.txt').exitCode).toBe(3);
  });

  it('packs more wheels than a process may have open files', () => {
    for (let number = 0; number < 200; number++) {
      const info = `part${number}-1.0.dist-info`;
      const wheel = fakeZip({
        [`part${number}.py`]: `number = ${number}\n`,
        [`${info}/METADATA`]: `Name: part${number}\nVersion: 1.0\n`,
        [`${info}/RECORD`]: `part${number}.py,,\n`,
      });
      work.write(`wheels/part${number}-1.0-py3-none-any.whl`, wheel);
    }
    const { status, stderr } = spawnSync(
      'sh',
      [
        ...['-c', 'ulimit -n 128 && exec "$0" "$@"', process.execPath, inject('cli')],
        ...['python', 'wheels', '--store', 'store', '-o', 'x.import'],
      ],
      { cwd: work.directory, encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(work.read('x.import').match(/purl=pkg:pypi\//g)).toHaveLength(200);
  });

  it('says what a directory is that it cannot pack', () => {
    work.write('conda/conda-meta/history', '');
    expect(work.run('python', 'conda')).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/conda/i),
    });
    work.write('project/pyproject.toml', '');
    expect(work.run('python', 'project').exitCode).toBe(3);
  });
});
