import { execFileSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefused } from './testing/refusal.ts';
import { Workplace } from './testing/workplace.ts';

/**
 * A repository: a manifest is committed, updated on a branch that is merged, renamed, broken, mended, removed, and comes back. Tests only read
 * it.
 */
let work: Workplace;
beforeAll(() => {
  work = new Workplace();
  work.write('repository/README.md', '');
  git('init', '--quiet');
  for (const setting of ['log.diffMerges=combined', 'diff.relative=true', 'log.showSignature=true'])
    git('config', ...setting.split('='));
  write('java.import', { asm: '1', log: '1' });
  commit('2024-01-10', 'begin');
  git('checkout', '--quiet', '-b', 'bump');
  write('java.import', { asm: '2', log: '1' });
  commit('2024-01-20', 'first try');
  write('java.import', { asm: '3', log: '1' });
  commit('2024-01-25', 'second try');
  git('checkout', '--quiet', 'main');
  work.write('repository/other', '');
  commit('2024-01-28', 'meanwhile');
  inGit('2024-02-03', 'merge', '--quiet', '--no-ff', '-m', 'merged', 'bump');
  work.write('repository/block-pack/x', '');
  renameSync(work.path('repository/java.import'), work.path('repository/block-pack/java.import'));
  commit('2024-02-10', 'renamed');
  work.write('repository/block-pack/java.import', '<<<<<<< HEAD\n');
  commit('2024-02-20', 'broken');
  write('block-pack/java.import', { asm: '3', log: '2' });
  commit('2024-03-01', 'mended');
  rmSync(work.path('repository/block-pack/java.import'));
  commit('2024-03-10', 'removed');
  write('block-pack/java.import', { asm: '3', log: '3', new: '1' });
  commit('2024-05-01', 'back');
});
afterAll(() => work.remove());

function git(...words: readonly string[]): string {
  return inGit('2024-01-01', ...words);
}

function inGit(day: string, ...words: readonly string[]): string {
  const own = ['-c', 'user.name=me', '-c', 'user.email=me@example.org', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...own, ...words], {
    cwd: work.path('repository'),
    encoding: 'utf8',
    stdio: 'pipe',
    env: {
      ...process.env,
      GIT_AUTHOR_DATE: '2001-01-01T00:00:00Z',
      GIT_COMMITTER_DATE: `${day}T23:30:00-0100`,
    },
  });
}

function commit(day: string, message: string): void {
  git('add', '--all');
  inGit(day, 'commit', '--quiet', '-m', message);
}

/** A manifest of jars with 1,000 bytes each, whose digest says their name and version. */
function write(path: string, versions: Readonly<Record<string, string>>): void {
  const lines = Object.entries(versions).map(([name, version]) => {
    const digest = Buffer.from(`${name}${version}`).toString('hex').padEnd(64, '0');
    return `/app/${name}.jar from sha256:${digest} size=1000 purl=pkg:maven/g/${name}@${version}\n`;
  });
  work.write(`repository/${path}`, `#block-pack import manifest v1\n#packer java\n${lines.join('')}`);
}

interface Forecast {
  readonly figures: object;
  readonly months: readonly { readonly month: string; readonly ship: number }[];
  readonly changes: readonly { readonly date: string; readonly kind: string; readonly ship: number }[];
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

const forecast = (...words: readonly string[]) =>
  work.json('forecast', '-C', 'repository', ...words).document as unknown as Forecast;

describe('forecast', () => {
  it('counts what updates shipped: merged branches once, through renames, and what came back against what was', () => {
    const { changes, months, figures } = forecast('block-pack/java.import');
    expect(changes.map(({ date, kind, ship }) => [date.slice(0, 10), kind, ship])).toEqual([
      ['2024-01-11', 'first', 0],
      ['2024-02-04', 'update', 1000],
      ['2024-03-02', 'update', 1000],
      ['2024-03-11', 'removed', 0],
      ['2024-05-02', 'update', 2000],
    ]);
    expect(months.map(({ month, ship }) => [month, ship])).toEqual([
      ['2024-01', 0],
      ['2024-02', 1000],
      ['2024-03', 1000],
      ['2024-04', 0],
      ['2024-05', 2000],
    ]);
    expect(figures).toEqual({
      updates: 3,
      ship: 4000,
      whole: 7000,
      perMonth: 800,
      trend: { months: 2, before: 1000, last: 1000 },
    });
  });

  it('tells of states that are no import manifest, and passes over them', () => {
    expect(forecast('block-pack/java.import').warnings).toMatchObject([
      {
        code: 'REVISIONS_SKIPPED',
        message: expect.stringMatching(
          /^1 commit passed over: block-pack\/java\.import of [0-9a-f]{12} is not/,
        ),
      },
    ]);
  });

  it('takes folders, revisions, and manifests that are gone', () => {
    const whole = forecast('block-pack/java.import');
    expect(forecast('block-pack')).toMatchObject({
      figures: whole.figures,
      names: ['block-pack/java.import'],
    });
    expect(forecast('.').figures).toEqual(whole.figures);
    expect(forecast('HEAD:block-pack').figures).toEqual(whole.figures);
    const below = work.json('forecast', '-C', 'repository/block-pack', 'HEAD:block-pack').document;
    expect(below.figures).toEqual(whole.figures);
    expect(forecast('HEAD~1:block-pack/java.import').changes).toHaveLength(whole.changes.length - 1);
    const fromOutside = work.json('forecast', 'repository/block-pack/java.import').document;
    expect(fromOutside.figures).toEqual(whole.figures);
  });

  it('counts a range of days', () => {
    const { figures, months } = forecast('block-pack', '--since', '2024-03-01', '--until', '2024-03-31');
    expect(figures).toMatchObject({ updates: 1, ship: 1000, perMonth: 1000 });
    expect(months).toHaveLength(1);
  });

  it('shows months, packages and the largest updates', () => {
    const { stdout, stderr } = work.run('forecast', '-C', 'repository', 'block-pack');
    expect(stdout).toMatch(
      /^3 updates in 5 months shipped 4\.0 kB; as a layer each time 7\.0 kB\nblock-pack\/java\.import\n/,
    );
    expect(stdout).toMatch(/^ {2}g:log +3 +2 +2\.0 kB +50\.0 %$/m);
    expect(stderr).toMatch(/^warning 1 commit passed over/);
  });

  it('says that a shallow clone does not have everything', () => {
    const from = `file://${work.path('repository')}`;
    execFileSync('git', ['clone', '--quiet', '--depth', '1', from, work.path('shallow')], { stdio: 'pipe' });
    const { document } = work.json('forecast', 'shallow/block-pack');
    expect(document).toMatchObject({ figures: { updates: 0 }, warnings: [{ code: 'HISTORY_SHALLOW' }] });
  });

  it('says what is wrong with what it is given', () => {
    const refused = (exitCode: number, words: readonly string[], ...reasons: readonly string[]) =>
      expectRefused(work, work.run('forecast', '-C', 'repository', ...words), exitCode, ...reasons);
    refused(3, ['never.import'], 'no commit has never.import');
    refused(3, ['--', '--output=x'], 'no commit has --output=x');
    refused(3, ['gone:java.import'], 'Git cannot give gone:java.import');
    refused(3, ['HEAD:../x'], 'outside');
    refused(3, ['HEAD~9:block-pack'], 'Git cannot give');
    refused(2, ['block-pack', '--since', 'last month'], '--since last month is no day');
    refused(2, ['block-pack', '--until', '2024-02-31'], 'is no day');
    refused(2, ['block-pack', '--since', '2024-02-02', '--until', '2024-02-01'], 'is later than');
    expectRefused(work, work.run('forecast', 'java.import'), 3, 'Git cannot give java.import');
  });
});
