import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefused } from './testing/refusal.ts';
import { Workplace } from './testing/workplace.ts';

/** A small application of npm, packed. Tests only read it. */
let work: Workplace;
beforeAll(() => {
  work = new Workplace();
  const manifest = (folder: string, fields: object) =>
    work.write(`shop/${folder}package.json`, JSON.stringify({ version: '1.0.0', ...fields }));
  manifest('', { name: 'shop', dependencies: { asked: '1' } });
  manifest('node_modules/asked/', { name: 'asked', license: 'MIT', dependencies: { brought: '1' } });
  manifest('node_modules/brought/', { name: 'brought', scripts: { install: 'make' } });
  work.write('shop/node_modules/brought/tool', Buffer.from('7f454c4602010100', 'hex'));
  manifest('node_modules/asked/node_modules/brought/', { name: 'brought', version: '2.0.0', license: 'BSD' });
  manifest('node_modules/extra/', { name: 'extra', license: 'ISC' });
  work.run('npm', 'shop', '-o', 'npm.import', '--tag', 'shop');
});
afterAll(() => work.remove());

const named = (list: unknown) =>
  (list as { name: string; version: string }[]).map(({ name, version }) => `${name}@${version}`);

describe('report', () => {
  it('says what stands out', () => {
    const { stdout, exitCode } = work.run('report', 'npm.import');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^npm\.import: 4 packages, 4 blocks, /);
    expect(stdout).toMatch(/^In several versions \(1\).*\n {2}brought: 1\.0\.0, 2\.0\.0 \(/m);
    expect(stdout).toMatch(/^Runs a script when it is installed \(1\)\n.*\n {2}brought +1\.0\.0 /m);
    expect(stdout).toMatch(/^Native code \(1\)\n/m);
    expect(stdout).toMatch(/^Licences\n/m);
  });

  it('knows what packs found, and what the blocks say', () => {
    const { document } = work.json('report', 'shop');
    const packages = document.packages as { name: string; version: string; relation?: string }[];
    expect(packages.map(({ name, version, relation }) => [name, version, relation])).toEqual([
      ['asked', '1.0.0', 'direct'],
      ['brought', '1.0.0', undefined],
      ['brought', '2.0.0', 'transitive'],
      ['extra', '1.0.0', undefined],
    ]);
    expect(document.summary).toMatchObject({ notLookedInto: 0, integrity: { verified: 0, modified: [] } });
    const { licenses, nativeCode, installScripts } = document.summary as Record<string, unknown>;
    expect((licenses as { license?: string }[]).map(({ license }) => license)).toEqual([
      undefined,
      'BSD',
      'ISC',
      'MIT',
    ]);
    expect([named(nativeCode), named(installScripts)]).toEqual([['brought@1.0.0'], ['brought@1.0.0']]);
  });

  it('says no more than is known without the store', () => {
    const { document } = work.json('report', 'npm.import', '--store', 'nowhere');
    expect(document).toMatchObject({
      summary: { packages: 4, notLookedInto: 4, licenses: [], installScripts: [] },
    });
    expect(JSON.stringify(document.packages)).not.toContain('relation');
  });

  it('is the same after a comparison alone, as CI does it', () => {
    expect(work.run('npm', 'shop', '-o', 'npm.import', '--frozen', '--store', 'other').exitCode).toBe(0);
    expect(work.json('report', 'npm.import', '--store', 'other').document).toEqual(
      work.json('report', 'npm.import').document,
    );
  });

  it('takes findings that are damaged for none', () => {
    work.run('npm', 'shop', '-o', 'again.import', '--store', 'spoilt');
    const [file = ''] = readdirSync(work.path('spoilt/cache')).filter((name) => name.startsWith('findings-'));
    const report = () => work.json('report', 'again.import', '--store', 'spoilt');
    for (const text of ['', '{}', '[[1,2],["x",{"relation":"boss"}],7]']) {
      work.write(`spoilt/cache/${file}`, text);
      expect(report()).toMatchObject({ exitCode: 0, document: { summary: { packages: 4 } } });
    }
  });

  it('refuses what is nothing', () => {
    expectRefused(work, work.run('report', 'nothing'), 3, 'nothing is no file');
    expectRefused(work, work.run('report', 'npm.import', '--format', 'sheet'), 2, 'is not understood');
  });
});
