import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applications, mavenJars } from './corpus.ts';
import { showFigures } from './figures.ts';
import { nodeOfVersion, nodeVersions } from './node-versions.ts';
import { builtCli, run, succeed } from './workspace.ts';

/** Everybody may enter it: one of the tests works as another user. */
const scratch = mkdtempSync(join(tmpdir(), 'block-pack-same-'));
succeed('chmod', ['755', scratch]);
const memory = existsSync('/dev/shm') ? mkdtempSync('/dev/shm/block-pack-same-') : scratch;

afterAll(() => {
  for (const folder of [scratch, memory]) rmSync(folder, { recursive: true, force: true });
});

const corpus = await mavenJars('small');
const apps = await applications('apache-maven');
succeed('tar', ['-xzf', join(apps['apache-maven'], 'apache-maven-3.9.9-bin.tar.gz'), '-C', scratch]);

const inputs = [
  { name: '386 jars of Maven Central', input: join(corpus, 'lib'), trees: 0 },
  {
    name: 'Apache Maven, whose other files are a tree block',
    input: join(scratch, 'apache-maven-3.9.9'),
    trees: 1,
  },
];

interface Circumstances {
  /** Full path of the Node that runs block-pack. */
  readonly node?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly umask?: string;
  /** Number of the user and the group. */
  readonly user?: number;
}

let packs = 0;

/** Packs into a new store and gives the import manifest's text. */
function manifestOf(input: string, circumstances: Circumstances = {}): string {
  const { node = process.execPath, env = {}, umask = '022', user } = circumstances;
  const store = join(scratch, `store-${++packs}`);
  mkdirSync(store);
  const identity = user === undefined ? {} : { uid: user, gid: user };
  if (user !== undefined) succeed('chown', [`${user}:${user}`, store]);
  const command = [node, builtCli, 'java', input, '--quiet', '-o', '-', '--store', store];
  const options = { env: { ...process.env, ...env }, ...identity };
  const { exitCode, stdout, stderr } = run(
    'sh',
    ['-c', `umask ${umask} && exec "$0" "$@"`, ...command],
    options,
  );
  if (exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${exitCode}: ${stderr}`);
  rmSync(store, { recursive: true });
  return stdout;
}

describe.each(inputs)('$name: the import manifest is the same to the byte', ({ name, input, trees }) => {
  let reference = '';

  beforeAll(() => {
    reference = manifestOf(input);
    expect(reference.split('\n').length).toBeGreaterThan(50);
    expect(reference.match(/ type=tree /g) ?? []).toHaveLength(trees);
    const sha256 = createHash('sha256').update(reference).digest('hex');
    showFigures('The import manifest that must come out', [{ input: name, bytes: reference.length, sha256 }]);
  });

  test('from another directory', () => {
    const copy = join(scratch, 'some where else', `ÄÖÜ ${trees}`);
    cpSync(input, copy, { recursive: true });
    expect(manifestOf(copy)).toBe(reference);
  });

  test('when all files are very old, and when they are of tomorrow', () => {
    const copy = join(scratch, `touched-${trees}`);
    cpSync(input, copy, { recursive: true });
    for (const time of [1, Date.now() / 1000 + 86_400]) {
      touchAll(copy, time);
      expect(manifestOf(copy)).toBe(reference);
    }
  });

  test('when the files were written in reverse order, on another kind of file system', () => {
    const copy = join(memory, `reversed-${trees}`);
    copyBackwards(input, copy);
    expect(manifestOf(copy)).toBe(reference);
  });

  test('with an umask that keeps others out, for the input and for the command', () => {
    const copy = join(scratch, `private-${trees}`);
    succeed('sh', ['-c', 'umask 077 && cp -R "$0" "$1"', input, copy]);
    succeed('chmod', ['-R', 'go-rwx', copy]);
    expect(manifestOf(copy, { umask: '077' })).toBe(reference);
  });

  test.each([
    { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' },
    { TZ: 'America/St_Johns', LC_ALL: 'C', LANG: 'C' },
  ])('in the time zone $TZ and the language $LANG', (env) => {
    expect(manifestOf(input, { env })).toBe(reference);
  });

  test.skipIf(process.getuid?.() !== 0)('for another user, who owns none of the files', () => {
    const copy = join(scratch, `foreign-${trees}`);
    cpSync(input, copy, { recursive: true });
    expect(manifestOf(copy, { user: 65_534, env: { HOME: '/nonexistent' } })).toBe(reference);
  });

  test.each(nodeVersions)('by Node %s', async (version) => {
    const node = await nodeOfVersion(version);
    expect(succeed(node, ['--version'])).toBe(`v${version}\n`);
    expect(manifestOf(input, { node })).toBe(reference);
  });
});

function touchAll(directory: string, time: number): void {
  for (const entry of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    lutimesSync(join(directory, entry), time, time);
  }
}

/** Some file systems list files in the order in which they were made. */
function copyBackwards(from: string, to: string): void {
  const entries = readdirSync(from, { recursive: true, encoding: 'utf8' }).sort().reverse();
  for (const entry of entries.filter((entry) => !lstatSync(join(from, entry)).isDirectory())) {
    mkdirSync(dirname(join(to, entry)), { recursive: true });
    cpSync(join(from, entry), join(to, entry), { verbatimSymlinks: true });
  }
}
