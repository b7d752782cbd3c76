import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { Workplace } from './testing/workplace.ts';

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
});
afterEach(() => work.remove());

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const commands = [
  'pack',
  'init',
  'java',
  'npm',
  'python',
  'files',
  'image',
  'convert',
  'resolve',
  'ls',
  'inspect',
  'verify',
  'report',
  'diff',
  'gc',
];

describe('the command line', () => {
  it.each([['--version'], ['-V'], ['--version', '--quiet']])('prints its version for %s', (...words) => {
    expect(work.run(...words)).toMatchObject({ exitCode: 0, stdout: `${version}\n` });
  });

  it('teaches all commands in its help', () => {
    const { exitCode, stdout } = work.run('--help');
    expect(exitCode).toBe(0);
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    expect(stdout).toContain('Exit codes:');
    expect(work.run('help').stdout).toBe(stdout);
  });

  it.each(commands)('teaches %s with examples that name only options which exist', (command) => {
    const { exitCode, stdout } = work.run(command, '--help');
    expect(exitCode).toBe(0);
    expect(work.run('help', command).stdout).toBe(stdout);
    const [, examples = ''] = stdout.split('\nExamples:\n');
    expect(examples).toContain(`$ block-pack ${command}`);
    const listed = new Set(stdout.split('\nExamples:\n')[0]?.match(/--?[a-zA-Z-]+(?=[ ,=])/g));
    for (const line of examples.split('\n').filter((text) => text.startsWith('  $ '))) {
      for (const option of line.match(/ --?[a-z][a-z-]*/g) ?? [])
        expect(listed, line).toContain(option.trim());
    }
  });

  it('shows its help and exits 2 when it is called without a command', () => {
    const { exitCode, stderr } = work.run();
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('Usage: block-pack')]);
  });

  it.each([
    ['jav', 'Did you mean java?'],
    ['verfy', 'Did you mean verify?'],
    ['list', 'Did you mean'],
  ])('guesses what was meant by %s', (word, guess) => {
    const { exitCode, stderr } = work.run(word);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(guess)]);
  });

  it.each([
    [['java']],
    [['java', 'lib', '--prefx', '/app']],
    [['resolve', 'only-one']],
    [['ls', 'too', 'many']],
    [['java', 'lib', '--prefix', 'app']],
    [['java', 'lib', '--prefix', '/app/../etc']],
    [['java', 'lib', '--tag', '../x']],
    [['resolve', 'x', 'y', '--strip', 'app']],
    [['ls', '-C', 'nowhere']],
  ])('exits 2 for %j', (words) => {
    work.writeJar('lib', 'a:a:1');
    const { exitCode, stderr } = work.run(...words);
    expect([exitCode, stderr.startsWith('error')]).toEqual([2, true]);
  });

  it.each([
    [
      ['apply', 'update.tar'],
      "error required option '--to <place>' not specified",
      'apply --help shows examples.',
    ],
    [['bundle'], "error missing required argument 'image'", 'bundle --help shows examples.'],
    [
      ['inspect', 'x', '--rangs'],
      "error unknown option '--rangs'\n(Did you mean --ranges?)",
      'inspect --help shows examples.',
    ],
    [['--frm', 'x'], "error unknown option '--frm'", '--help lists all commands.'],
  ])('says where to read on for %j', (words, error, hint) => {
    expect(work.run(...words).stderr).toBe(`${error}\n      block-pack ${hint}\n`);
  });

  it('prints a document for a wrong call, too, when it is asked for one', () => {
    const { exitCode, stdout } = work.run('java', '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, command: 'java', error: { code: 'USAGE' } });
  });

  it('takes common options before the command, and rather those behind it', () => {
    work.writeJar('shop/lib', 'a:a:1');
    work.writeJar('cart/lib', 'b:b:1');
    const packed = (...words: readonly string[]) => {
      const { exitCode, stdout } = work.run(...words);
      return [exitCode, JSON.parse(stdout).imports.map(({ path }: { path: string }) => path)];
    };
    expect(packed('-C', 'shop', '--json', 'java', 'lib')).toEqual([0, ['/app/lib/a-1.jar']]);
    expect(packed('-C', 'shop', 'java', 'lib', '-C', 'cart', '--json')).toEqual([0, ['/app/lib/b-1.jar']]);
    expect(work.run('--store', 'shop/store', '-C', 'shop', 'ls').stdout).not.toContain('java/');
    const { exitCode, stdout } = work.run('-C', 'shop', '--json', 'java');
    expect([exitCode, JSON.parse(stdout).command]).toEqual([2, 'java']);
    expect(work.run('-C', 'nowhere', 'ls').stderr).toContain('-C nowhere is no directory');
  });

  it('lets no hostile text through to the terminal', () => {
    work.write(
      'x.import',
      '#block-pack import manifest v1\n#packer java\n/a\u001b]0;owned\u0007 from nothing\n',
    );
    work.writeJar('lib', 'a:a:1');
    work.run('java', 'lib');
    const { stderr } = work.run('inspect', 'x.import');
    expect(stderr).toContain('x.import:3');
    for (const character of ['\u001b', '\u0007']) expect(stderr).not.toContain(character);
  });

  it('says when the directory that it runs in is gone', () => {
    const inGone = (words: string) => {
      const command = `mkdir gone && cd gone && rmdir ../gone && "${process.execPath}" "${inject('cli')}" ${words}`;
      const env = { PATH: process.env.PATH, HOME: work.path('home') };
      return spawnSync('sh', ['-c', command], { cwd: work.directory, encoding: 'utf8', env });
    };
    const { status, stderr } = inGone('java lib');
    expect([status, stderr]).toEqual([2, expect.stringContaining('The working directory is gone')]);
    expect(inGone(`java lib -C "${work.path('nowhere')}"`).stderr).toContain('is no directory');
    expect(inGone(`ls -C "${work.directory}"`).stderr).not.toContain('working directory');
  });

  it('bears a reader that goes away early', () => {
    const command = `"${process.execPath}" "${inject('cli')}" java --help | true`;
    const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('colours only where it may', () => {
    work.writeJar('lib', 'a:a:1');
    expect(work.run('java', 'lib').stdout).not.toContain('\u001b');
    expect(work.runWith({ FORCE_COLOR: '1' }, 'java', 'lib').stdout).toContain('\u001b');
    expect(work.runWith({ FORCE_COLOR: '1' }, 'java', 'lib', '--no-color').stdout).not.toContain('\u001b');
    expect(work.runWith({ FORCE_COLOR: '1', NO_COLOR: '1' }, 'java', 'lib').stdout).not.toContain('\u001b');
  });
});
