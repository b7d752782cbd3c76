import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBase } from './testing/fake-base.ts';
import { expectRefused } from './testing/refusal.ts';
import { Workplace } from './testing/workplace.ts';

/** Two releases, one packed after the other: `asm` is updated, `greeting` goes, `fresh` comes, `kept` stays. Tests only read them. */
let work: Workplace;
beforeAll(() => {
  work = new Workplace();
  work.writeJar('lib-1', 'org.ow2.asm:asm:9.7', { 'A.class': 'a', 'B.class': 'b' });
  work.writeJar('lib-1', 'com.example:greeting:1.0.0');
  work.writeJar('lib-1', 'com.example:kept:1.0.0');
  work.writeJar('lib-2', 'org.ow2.asm:asm:9.8', { 'A.class': 'a', 'B.class': 'bb', 'C.class': 'c' });
  work.writeJar('lib-2', 'com.example:fresh:1.0.0');
  work.writeJar('lib-2', 'com.example:kept:1.0.0');
  work.run('java', 'lib-1', '-o', 'old.import', '--tag', 'old', '--prefix', '/app/lib');
  work.run('java', 'lib-2', '-o', 'new.import', '--tag', 'new', '--prefix', '/app/lib');
});
afterAll(() => work.remove());

function git(...words: readonly string[]): string {
  const own = ['-c', 'user.name=me', '-c', 'user.email=me@example.org', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...own, ...words], {
    cwd: work.path('repository'),
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

describe('diff', () => {
  it('says first what an update ships, then what it changes', () => {
    const { stdout, exitCode } = work.run('diff', 'old.import', 'new.import');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^ships [\d.]+ k?B of [\d.]+ k?B, \d\d\.\d % reused; 1 changed, 1 new, 1 removed\nold\.import -> new\.import\n\n/,
    );
    expect(stdout).toMatch(/^ {2}org\.ow2\.asm:asm +9\.7 +9\.8 +minor /m);
    expect(stdout).toMatch(/^ {2}com\.example:greeting +1\.0\.0 +removed/m);
    expect(stdout).not.toContain('kept');
  });

  it('takes what stands in the store under a tag, and folders of manifests', () => {
    expect(work.json('diff', 'old', 'new').document.figures).toMatchObject({ packages: { changed: 1 } });
    work.write('a/block-pack/java.import', work.read('old.import'));
    work.write('b/java.import', work.read('new.import'));
    work.write('b/files.import', '#block-pack import manifest v1\n#packer files\n');
    const { document } = work.json('diff', 'a', 'b');
    expect(document).toMatchObject({ before: { name: 'a' }, figures: { packages: { changed: 1, new: 1 } } });
  });

  it('compares a manifest with the one of a git revision', () => {
    work.write('repository/block-pack/java.import', work.read('old.import'));
    git('init', '--quiet');
    git('add', 'block-pack');
    git('commit', '--quiet', '-m', 'one');
    const commit = git('rev-parse', 'HEAD').trim();
    work.write('repository/block-pack/java.import', work.read('new.import'));
    const diff = (...words: readonly string[]) =>
      work.json('diff', '-C', 'repository', '--store', '../store', ...words).document;
    expect(diff('HEAD:block-pack/java.import', 'block-pack')).toMatchObject({
      before: { source: { kind: 'revision', commit, path: 'block-pack/java.import' } },
      figures: { packages: { changed: 1, new: 1, removed: 1 } },
    });
    expect(diff('@:block-pack', 'HEAD:block-pack/').figures).toMatchObject({ ship: 0 });
    // What is there as a file is the file.
    work.write('repository/HEAD:block-pack/java.import', work.read('new.import'));
    expect(diff('HEAD:block-pack/java.import', '../new.import').figures).toMatchObject({ ship: 0 });
  });

  it('takes no part of a name for an option of git, and says what git says', () => {
    const refused = (name: string, ...reasons: readonly string[]) =>
      expectRefused(work, work.run('diff', '-C', 'repository', '--', name, '../new.import'), 3, ...reasons);
    refused('HEAD:gone', 'Git cannot give HEAD:gone', 'fetch-depth: 0');
    refused('main:../old.import', 'Git cannot give');
    refused('--output=x:y', '--output=x:y is no file');
    refused('HEAD --output=x:y', 'Git cannot give');
    const withoutGit = work.runWith({ PATH: '' }, 'diff', 'HEAD:x', 'new.import');
    expectRefused(work, withoutGit, 3, 'git is not installed');
  });

  it('compares images, with the layers of their bases', () => {
    for (const tag of ['old', 'new']) work.run('image', `${tag}.import`, '-o', `oci:image:${tag}`);
    const { document } = work.json('diff', 'oci:image:old', 'oci:image:new');
    expect(document).toMatchObject({
      after: { source: { kind: 'image', platform: 'linux/amd64' } },
      figures: { packages: { changed: 1, new: 1, removed: 1, unchanged: 1 } },
      layers: { added: [], removed: [] },
    });
    writeBase(work, 'jre', [{ file: 'etc/java', content: '21' }]);
    work.run('image', 'new.import', '--base', 'oci:base:jre', '-o', 'oci:image:upon');
    expect(work.json('diff', 'new.import', 'oci:image:upon').document).toMatchObject({
      layers: { added: [{ size: expect.any(Number) }], removed: [] },
      figures: { packages: { unchanged: 3 } },
    });
  });

  it('looks into the packages that changed, where their blocks are here', () => {
    const inside = { added: 1, removed: 0, changed: 2, unchanged: 2 };
    const changed = (document: Record<string, unknown>) =>
      (document.changes as { kind: string; after: object; inside: object }[]).find(
        ({ kind }) => kind === 'changed',
      );
    const here = work.json('diff', 'old', 'new').document;
    expect(changed(here)).toMatchObject({ inside, after: { licenses: [], nativeCode: [] } });
    const elsewhere = work.json('diff', 'old.import', 'new.import', '--store', 'nowhere').document;
    expect(changed(elsewhere)).not.toHaveProperty('inside');
    for (const tag of ['old', 'new']) work.run('image', `${tag}.import`, '-o', `oci:whole:${tag}`);
    const images = work.json('diff', 'oci:whole:old', 'oci:whole:new', '--store', 'nowhere').document;
    expect(changed(images)).toMatchObject({ inside });
    expect(work.run('diff', 'old', 'new', '--inside').stdout).toMatch(
      /^org\.ow2\.asm:asm 9\.8: 2 changed, 1 new of 5 files inside\n {2}~ META-INF.*\n {2}~ B\.class {2}2 B\n {2}\+ C\.class {2}1 B\n/m,
    );
  });

  it('compares all the same where blocks are damaged, and says so', () => {
    work.write('tree-1/a.txt', 'a');
    work.write('tree-2/a.txt', 'b');
    for (const at of ['1', '2'])
      work.run('files', `tree-${at}`, '-o', `tree-${at}.import`, '--store', 'damaged');
    const [, hex = ''] = / from sha256:([0-9a-f]{64})/.exec(work.read('tree-2.import')) ?? [];
    const blob = `damaged/blobs/sha256/${hex}`;
    chmodSync(work.path(blob), 0o644);
    work.write(blob, Buffer.alloc(statSync(work.path(blob)).size));
    const { document, exitCode } = work.json('diff', 'tree-1.import', 'tree-2.import', '--store', 'damaged');
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({
      figures: { packages: { changed: 1 } },
      warnings: [{ code: 'BLOCKS_UNREADABLE' }],
    });
  });

  it('says what each package costs in a bundle, by making it', () => {
    const { document } = work.json('diff', 'old', 'new', '--exact');
    const { ship, exact } = document.figures as { ship: number; exact: number };
    expect([exact > 0, exact < ship]).toEqual([true, true]);
    const costs = (document.changes as { ship: number; exact?: number }[]).filter((one) => one.ship > 0);
    expect(costs.map((one) => (one.exact ?? 0) > 0)).toEqual([true, true]);
    const unknown = work.json('diff', 'old.import', 'new.import', '--exact', '--store', 'nowhere').document;
    expect(unknown).toMatchObject({ warnings: [{ code: 'BLOCKS_MISSING' }] });
    expect(unknown.figures).not.toHaveProperty('exact');
    expect(readdirSync(work.path('store/drafts'))).toEqual([]);
  });

  it('tells apart what stands at one path, as distributions of Python do', () => {
    const words = (seed: string) => Array.from({ length: 300 }, (_, at) => `${seed}${at * at}`).join(' ');
    for (const release of ['1', '2'])
      for (const [name, size] of [
        ['long', 3],
        ['short', 1],
      ] as const) {
        work.write(`${name}-${release}/${name}.txt`, words(`${name}${release}`.repeat(size)));
        const folder = `site-${release}/${name}.import`;
        work.run('files', `${name}-${release}`, '-o', folder, '--prefix', '/app/site');
      }
    const { figures, changes } = work.json('diff', 'site-1', 'site-2', '--exact').document as {
      figures: { exact: number };
      changes: { exact: number }[];
    };
    const [one = 0, other = 0] = changes.map(({ exact }) => exact);
    expect(one).not.toBe(other);
    expect(one + other).toBe(figures.exact);
  });

  it('ends with 0 unless a difference is to be a failure', () => {
    expect(work.run('diff', 'old', 'new').exitCode).toBe(0);
    expect(work.run('diff', 'old', 'new', '--exit-code').exitCode).toBe(1);
    expect(work.run('diff', 'old', 'old', '--exit-code').exitCode).toBe(0);
  });

  it('writes several formats at once', () => {
    const summary = work.path('summary.md');
    work.write('summary.md', 'before\n');
    const { stdout, stderr, exitCode } = work.runWith(
      { GITHUB_STEP_SUMMARY: summary },
      ...['diff', 'old', 'new', '--format', 'csv', '--format', 'markdown=out/comment.md'],
      ...['--format', 'json=d.json', '--format', 'text=d.txt', '--format', 'step-summary'],
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^kind,ecosystem,/);
    expect(stderr).toMatch(/^ships /);
    expect(work.read('out/comment.md')).toMatch(/^<!-- block-pack diff -->\n\*\*ships /);
    expect(JSON.parse(work.read('d.json'))).toEqual(work.json('diff', 'old', 'new').document);
    expect(work.read('d.txt')).toBe(work.run('diff', 'old', 'new').stdout);
    expect(work.read('summary.md')).toMatch(/^before\n<!-- block-pack diff -->\n/);
  });

  it('leaves a full summary of a step as it is', () => {
    work.write('summary.md', 'x'.repeat((1 << 20) - 50));
    const env = { GITHUB_STEP_SUMMARY: work.path('summary.md') };
    expect(work.runWith(env, 'diff', 'old', 'new', '--format', 'step-summary').exitCode).toBe(0);
    expect(statSync(work.path('summary.md')).size).toBeLessThanOrEqual(1 << 20);
  });

  it('refuses formats that it does not know, and two for one place', () => {
    const call = (...specs: readonly string[]) =>
      work.run('diff', 'old', 'new', ...specs.flatMap((spec) => ['--format', spec]));
    expectRefused(work, call('pdf'), 2, '--format pdf is not understood', 'markdown');
    expectRefused(work, call('csv='), 2, '--format csv= is not understood');
    expectRefused(work, call('__proto__'), 2, 'is not understood');
    expectRefused(work, call('csv', 'markdown'), 2, 'Two formats go to stdout');
    expectRefused(work, call('csv=x', 'json=./x'), 2, 'Two formats go to');
    expectRefused(work, call('step-summary'), 2, 'GITHUB_STEP_SUMMARY is not set');
  });

  it('says what is wrong with what it is given', () => {
    expectRefused(work, work.run('diff', 'nothing', 'new'), 3, 'nothing is no file', 'HEAD~1:');
    work.write('empty/x', '');
    expectRefused(work, work.run('diff', 'empty', 'new'), 3, 'is a folder without import manifests');
    work.write('bad.import', readFileSync(work.path('lib-1/asm-9.7.jar')));
    expectRefused(work, work.run('diff', 'bad.import', 'new'), 4, 'bad.import');
    expectRefused(work, work.run('diff', 'oci:gone:x', 'new'), 3, 'gone');
  });
});
