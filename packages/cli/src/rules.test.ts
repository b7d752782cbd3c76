import { readFileSync } from 'node:fs';
import { acceptableRules, findingNames, formatsFor, parseRuleSettings } from '@block-pack/report';
import Ajv2020 from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefused } from './testing/refusal.ts';
import { Workplace } from './testing/workplace.ts';

/** Two releases: `asm` is updated by a major version, `fresh` comes. Tests only read them. */
let work: Workplace;
beforeAll(() => {
  work = new Workplace();
  work.writeJar('lib-1', 'org.ow2.asm:asm:8.0');
  work.writeJar('lib-2', 'org.ow2.asm:asm:9.0', { 'A.class': 'a' });
  work.writeJar('lib-2', 'com.example:fresh:1.0.0');
  work.run('java', 'lib-1', '-o', 'block-pack/old.import', '--tag', 'old');
  work.run('java', 'lib-2', '-o', 'block-pack/new.import', '--tag', 'new');
});
afterAll(() => work.remove());

const update = ['diff', 'block-pack/old.import', 'block-pack/new.import'] as const;

describe('rules', () => {
  it('end with 1 where one is broken, and say what breaks it and how to accept it', () => {
    const { stdout, exitCode } = work.run(...update, '--fail-on', 'major,new', '--max-transfer', '1B');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('\nrules: 3 broken\n');
    expect(stdout).toMatch(/^ {2}major +org\.ow2\.asm:asm +9\.0 +is a new major version: 8\.0 -> 9\.0$/m);
    expect(stdout).toContain(
      '{ "rule": "new", "package": "pkg:maven/com.example/fresh@1.0.0", "reason": "" }',
    );
    expect(work.run(...update, '--fail-on', 'downgrade', '--max-transfer', '5MB').exitCode).toBe(0);
  });

  it('stand in files as well, with what is accepted', () => {
    const accept = [{ rule: 'new', package: 'pkg:maven/com.example/*', reason: 'asked for' }];
    work.write('rules.json', JSON.stringify({ failOn: ['new', 'major'], accept }));
    const { exitCode, document } = work.json(...update, '--rules', 'rules.json');
    expect(exitCode).toBe(1);
    expect(document.rules).toMatchObject({
      violations: [{ rule: 'major', package: { name: 'org.ow2.asm:asm' } }],
      accepted: [{ rule: 'new', reason: 'asked for' }],
    });
    // What is about changes says nothing of a single manifest.
    expect(work.run('report', 'new', '--rules', 'rules.json').exitCode).toBe(0);
  });

  it('are about packages and licences', () => {
    const broken = (...words: readonly string[]) =>
      (
        work.json('report', 'new', ...words).document.rules as { violations: { rule: string }[] }
      ).violations.map(({ rule }) => rule);
    expect(broken('--allow', 'pkg:maven/org.ow2.*/*')).toEqual(['allow']);
    expect(broken('--deny', 'pkg:maven/com.example/fresh')).toEqual(['deny']);
    expect(broken('--allow-license', 'MIT')).toEqual(['allow-license', 'allow-license']);
    expect(broken('--deny-license', 'MIT', '--max-block', '1B')).toEqual(['max-block', 'max-block']);
  });

  it('that cannot be followed are refused', () => {
    const refused = (word: string, ...words: readonly string[]) =>
      expectRefused(work, work.run('report', 'new', ...words), 2, word);
    refused('"majr" is nothing that can be found', '--fail-on', 'majr');
    refused('major: nothing is compared here', '--fail-on', 'major');
    refused('--max-block "5X" is no size', '--max-block', '5X');
    refused('is no pattern of packages', '--deny', 'lodash');
    refused('is not one licence', '--allow-license', 'GPL');
    work.write('unknown.json', '{"failon":[]}');
    refused('Did you mean failOn', '--rules', 'unknown.json');
    expectRefused(
      work,
      work.run('report', 'new', '--rules', 'gone.json'),
      3,
      'no file of rules at gone.json',
    );
  });

  it('have a schema that takes what the command takes', () => {
    const url = new URL('../schema/rules.v1.schema.json', import.meta.url);
    const schema = JSON.parse(readFileSync(url, 'utf8'));
    const isValid = new Ajv2020.default({ strict: true }).compile(schema);
    const accept = acceptableRules.map((rule) => ({ rule, package: 'pkg:npm/a', reason: 'x' }));
    const whole = { failOn: findingNames, maxTransfer: '5 MB', maxBlock: 7, allow: [], deny: [] };
    const licences = { allowLicenses: ['MIT'], denyLicenses: ['name:x'], accept, $schema: 'x' };
    expect(isValid({ ...whole, ...licences }), JSON.stringify(isValid.errors)).toBe(true);
    expect(() => parseRuleSettings(JSON.stringify({ ...whole, ...licences }), 'x')).not.toThrow();
    for (const wrong of [
      { failOn: ['x'] },
      { x: 1 },
      { accept: [{ rule: 'new', package: 'x', reason: ' ' }] },
    ])
      expect(isValid(wrong)).toBe(false);
  });
});

describe('bills and findings', () => {
  it('are written as CycloneDX, SPDX and SARIF, of the time that SOURCE_DATE_EPOCH says', () => {
    const formats = ['cyclonedx=c.json', 'spdx=s.json', 'sarif=f.json'];
    const call = formats.flatMap((format) => ['--format', format]);
    const env = { SOURCE_DATE_EPOCH: '86400' };
    expect(work.runWith(env, ...update, '--fail-on', 'major', ...call).exitCode).toBe(1);
    const read = (file: string) => JSON.parse(work.read(file));
    expect(read('c.json').metadata.timestamp).toBe('1970-01-02T00:00:00Z');
    expect(read('s.json').creationInfo.created).toBe('1970-01-02T00:00:00Z');
    expect(read('c.json').components).toHaveLength(2);
    const line = work
      .read('block-pack/new.import')
      .split('\n')
      .findIndex((text) => text.includes('/asm-9.0'));
    expect(read('f.json').runs[0].results[0].locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'block-pack/new.import', uriBaseId: '%SRCROOT%' },
      region: { startLine: line + 1 },
    });
    const bad = work.runWith({ SOURCE_DATE_EPOCH: 'now' }, ...update);
    expectRefused(work, bad, 2, 'SOURCE_DATE_EPOCH is "now"');
  });

  it('are of one application or its update, as the help says', () => {
    expectRefused(work, work.run('share', 'old', 'new', '--format', 'sarif'), 2, '--format sarif is not');
    const help = (command: string) => work.run('help', command).stdout.replaceAll(/\s+/g, ' ');
    expect(help('diff')).toContain(`${formatsFor('difference').join(', ')}, with =FILE`);
    expect(help('share')).toContain(`${formatsFor('share').join(', ')}, with =FILE`);
  });

  it('name lines of folders and revisions as well', () => {
    const { document } = work.json('report', 'block-pack');
    const files = (document.packages as { location: { file: string } }[]).map(
      ({ location }) => location.file,
    );
    expect([...new Set(files)].sort()).toEqual(['block-pack/new.import', 'block-pack/old.import']);
  });
});
