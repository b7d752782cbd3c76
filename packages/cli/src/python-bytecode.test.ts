import { createHash } from 'node:crypto';
import { fakeZip } from '@block-pack/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
});
afterEach(() => work.remove());

const files = {
  'greet/__init__.py': 'words = 1\n',
  'greet/broken.py': 'print "old"\n',
  'greet-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: greet\nVersion: 1.0\n',
};

function writeWheel(): void {
  const lines = Object.entries(files).map(([path, content]) => {
    const hash = createHash('sha256').update(content).digest('base64url');
    return `${path},sha256=${hash},${content.length}\n`;
  });
  const record = `${lines.join('')}greet-1.0.dist-info/RECORD,,\n`;
  work.write(
    'wheels/greet-1.0-py3-none-any.whl',
    fakeZip({ ...files, 'greet-1.0.dist-info/RECORD': record }),
  );
}

/** Answers as an interpreter would: with the path and the length of each source, and nothing for what is broken. */
const fakeInterpreter = `#!${process.execPath}
const answer = (text) => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(Buffer.byteLength(text));
  process.stdout.write(Buffer.concat([head, Buffer.from(text)]));
};
answer('fake-37\\n3.7');
let input = Buffer.alloc(0);
process.stdin.on('data', (chunk) => {
  input = Buffer.concat([input, chunk]);
  while (input.length >= 8) {
    const path = input.readUInt32BE(0);
    const source = input.readUInt32BE(4);
    if (input.length < 8 + path + source) return;
    const name = input.subarray(8, 8 + path).toString();
    answer(name.includes('broken') ? '' : name + ' has ' + source);
    input = input.subarray(8 + path + source);
  }
});
`;

function writeInterpreter(path: string, program = fakeInterpreter): void {
  work.write(path, program, 0o755);
}

const compiled = ['--pyc', 'unchecked-hash'];

describe('block-pack python --pyc unchecked-hash', () => {
  it('packs what the named interpreter compiles, and says what it cannot', () => {
    writeWheel();
    writeInterpreter('tools/python');
    const { exitCode, stderr } = work.run('python', 'wheels', ...compiled, '--pyc-python', 'tools/python');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('One module is packed as source alone');
    expect(stderr).toContain('greet (1)');
    work.run('resolve', 'block-pack/python.import', 'out');
    expect(work.read('out/app/site-packages/greet/__pycache__/__init__.fake-37.pyc')).toBe(
      '/app/site-packages/greet/__init__.py has 10',
    );
    expect(work.read('out/app/site-packages/greet/__init__.py')).toBe('words = 1\n');
  });

  it('says the same, and writes the same manifest, when it packs again', () => {
    writeWheel();
    writeInterpreter('tools/python');
    const words = ['python', 'wheels', ...compiled, '--pyc-python', 'tools/python'];
    const warned = (stderr: string) => stderr.split('\n').filter((line) => line.startsWith('warning'));
    const first = work.run(...words);
    const manifest = work.read('block-pack/python.import');
    expect(warned(work.run(...words).stderr)).toEqual(warned(first.stderr));
    expect(work.read('block-pack/python.import')).toBe(manifest);
  });

  it('takes the interpreter of the environment', () => {
    const site = '.venv/lib/python3.7/site-packages';
    for (const [path, content] of Object.entries(files)) work.write(`${site}/${path}`, content);
    work.write(`${site}/greet-1.0.dist-info/RECORD`, 'greet/__init__.py,,\ngreet/broken.py,,\n');
    work.write('.venv/pyvenv.cfg', 'home = /usr/bin\n');
    expect(work.run('python', '.venv', ...compiled)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/\.venv\/bin\/python is no Python .*there is no such program/),
    });
    writeInterpreter('.venv/bin/python');
    expect(work.run('python', '.venv', ...compiled).exitCode).toBe(0);
    expect(work.read('block-pack/python.import')).toContain('purl=pkg:generic/greet-bytecode@1.0');
  });

  it('asks for an interpreter where there is none', () => {
    writeWheel();
    expect(work.run('python', 'wheels', ...compiled)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--pyc-python python3.11'),
    });
  });

  it.each([
    ['without --pyc', ['--pyc-python', 'python3'], /--pyc unchecked-hash/],
    ['with a form that is none', ['--pyc', 'timestamp'], /drop, unchecked-hash/],
  ])('is refused %s', (_, words, said) => {
    writeWheel();
    expect(work.run('python', 'wheels', ...words)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(said),
    });
  });

  it.each([
    ['is not there', undefined, 2, /no Python .*there is no such program/],
    ['ends at once', '#!/bin/sh\necho out of order >&2\nexit 9\n', 2, /out of order \(exit code 9\)/],
    ['is no Python', '#!/bin/sh\necho Hello, who are you?\ncat\n', 2, /answers something else/],
    ['has no name for bytecode', "#!/bin/sh\nprintf '\\0\\0\\0\\1\\n'\ncat\n", 2, /no name for its bytecode/],
    [
      'would write elsewhere',
      "#!/bin/sh\nprintf '\\0\\0\\0\\14../../../etc'\ncat\n",
      2,
      /no name for its bytecode/,
    ],
    [
      'breaks down',
      "#!/bin/sh\nprintf '\\0\\0\\0\\1x'\nhead -c 1 >/dev/null\nkill -SEGV $$\n",
      3,
      /failed on \/app\/site-packages\/greet\/\S+: SIGSEGV/,
    ],
    [
      'claims to have terabytes',
      "#!/bin/sh\nprintf '\\0\\0\\0\\1x\\377\\377\\377\\377'\ncat\n",
      3,
      /answers something else/,
    ],
  ])('tells of an interpreter that %s', (_, program, code, said) => {
    writeWheel();
    if (program !== undefined) writeInterpreter('tools/python', program);
    const { exitCode, stderr } = work.run('python', 'wheels', ...compiled, '--pyc-python', 'tools/python');
    expect(stderr).toMatch(said);
    expect(exitCode).toBe(code);
  });
});
