import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import type { BlockFacts } from '../contents/block-facts.ts';
import type { Knowledge } from '../contents/contents.ts';
import { declaredLicense } from '../contents/declared-license.ts';
import type { PackFindings } from '../contents/pack-findings.ts';
import { diffContents } from '../difference/diff-contents.ts';
import { formats } from '../document/formats.ts';
import type { DifferenceReport, ReviewDocument } from '../document/report-document.ts';
import { summarize } from '../summary/summarize.ts';
import { type FakeLine, fakeContents } from '../testing/fake-contents.ts';
import { judge } from './judge.ts';
import { type RuleSettings, rulesOf } from './rule-settings.ts';

const facts: BlockFacts = { licenses: [declaredLicense('MIT')], nativeCode: [] };

function report(lines: readonly FakeLine[], knowledge: Knowledge = { facts: () => facts }): ReviewDocument {
  const contents = fakeContents(lines, 'npm', knowledge);
  return { kind: 'contents', contents, summary: summarize(contents) };
}

function update(
  before: readonly FakeLine[],
  after: readonly FakeLine[],
  knowledge: Knowledge = { facts: () => facts },
): DifferenceReport {
  const [old, current] = [fakeContents(before, 'npm', knowledge), fakeContents(after, 'npm', knowledge)];
  return { kind: 'difference', difference: diffContents(old, current), before: old, after: current };
}

function judgement(document: ReviewDocument, settings: RuleSettings) {
  const rules = rulesOf(settings);
  if (rules === undefined) throw new Error('no rules');
  return judge(document, rules);
}

const broken = (document: ReviewDocument, settings: RuleSettings) =>
  judgement(document, settings).violations.map(({ rule, package: one, message }) => [
    rule,
    one?.name,
    message,
  ]);

const a1: FakeLine = ['/a', 'one', 'npm/a@1.0.0'];
const a2: FakeLine = ['/a', 'second', 'npm/a@2.0.0'];
const b1: FakeLine = ['/b', 'bb', 'npm/b@1.0.0'];

describe('an update', () => {
  test.each([
    ['major', [a1], [a2], 'is a new major version: 1.0.0 -> 2.0.0'],
    ['downgrade', [a2], [a1], 'is an older version than before: 2.0.0 -> 1.0.0'],
    ['new', [], [a1], 'is new'],
    ['same-version', [a1], [['/a', 'other', 'npm/a@1.0.0']], 'has other content under the same version'],
    ['duplicate', [a1], [a1, ['/b/a', 'second', 'npm/a@2.0.0']], 'is there 2 times: 1.0.0, 2.0.0'],
  ] as const)('breaks %s', (rule, before, after, message) => {
    const document = update([...before, b1], [...after, b1]);
    expect(broken(document, { failOn: [rule] })).toEqual([[rule, 'a', message]]);
    expect(broken(update([...before], [...before]), { failOn: [rule] })).toEqual([]);
  });

  test('breaks no rule by what was there before as it is now', () => {
    const document = update([a1, b1], [a2, b1]);
    expect(broken(document, { allow: ['pkg:npm/a'], deny: ['pkg:npm/b'], failOn: ['unverified'] })).toEqual([
      ['unverified', 'a', 'is not shown to be as it was published'],
    ]);
  });

  test('may ship so much', () => {
    const document = update([a1], [a2, b1]);
    expect(broken(document, { maxTransfer: 8 })).toEqual([]);
    expect(judgement(document, { maxTransfer: '7B' }).violations).toEqual([
      { rule: 'max-transfer', message: 'ships 8 B, and may ship 7 B', accept: '"maxTransfer": 8' },
    ]);
    expect(broken(document, { maxBlock: 5 })).toEqual([['max-block', 'a', 'has 6 B, and may have 5 B']]);
    const exact = { ...document.difference, figures: { ...document.difference.figures, exact: 3 } };
    expect(broken({ ...document, difference: exact }, { maxTransfer: 7 })).toEqual([]);
  });

  test('that ships what has no known size may ship too much', () => {
    const document = update([], [['/a', 'x', 'npm/a@1.0.0', { size: 'x' }]]);
    const [change] = document.difference.changes;
    const { size: _, ...after } = change?.after ?? ({} as never);
    const changes = [{ ...change, after }] as DifferenceReport['difference']['changes'];
    const unknown = { ...document, difference: { ...document.difference, changes } };
    expect(broken(unknown, { maxTransfer: 7 })).toEqual([
      ['max-transfer', undefined, 'ships 1 block whose size is not known, and may ship 7 B'],
    ]);
    expect(broken(unknown, { maxBlock: 7 })).toEqual([
      ['max-block', 'a', 'is of unknown size, and may have 7 B'],
    ]);
  });

  test('breaks a rule by another licence', () => {
    const licence = (text: string) => ({ licenses: [declaredLicense(text)], nativeCode: [] });
    const [old, current] = ['MIT', 'SSPL-1.0'].map((text, at) =>
      fakeContents([at === 0 ? a1 : a2], 'npm', { facts: () => licence(text) }),
    );
    if (old === undefined || current === undefined) throw new Error('two sides');
    const document: ReviewDocument = {
      kind: 'difference',
      difference: diffContents(old, current),
      before: old,
      after: current,
    };
    expect(broken(document, { failOn: ['license-change'] })).toEqual([
      ['license-change', 'a', 'has the licence SSPL-1.0, and had MIT'],
    ]);
  });
});

const known = (findings: PackFindings, more: Partial<BlockFacts> = {}): Knowledge => ({
  facts: () => ({ ...facts, ...more }),
  findings: () => findings,
});

describe('a report', () => {
  test.each([
    [
      'modified',
      known({
        integrity: { state: 'modified', against: 'its tarball', changes: [{ path: 'x', change: 'added' }] },
      }),
      'is not as it was published, by its tarball: 1 other file',
    ],
    ['install-script', known({ hasInstallScript: true }), 'runs a script when it is installed'],
    ['native-code', known({}, { nativeCode: ['a.node', 'b.node'] }), 'has native code: a.node and 1 more'],
    ['not-looked-into', {}, 'was not looked into, since its block is not here'],
  ] as const)('breaks %s', (rule, knowledge, message) => {
    expect(broken(report([a1], knowledge), { failOn: [rule] })).toEqual([[rule, 'a', message]]);
    const verified = known({ integrity: { state: 'verified', against: 'its tarball' } });
    expect(broken(report([a1], verified), { failOn: [rule] })).toEqual([]);
  });

  test('is of allowed packages, and of none that are denied', () => {
    const document = report([a1, b1, ['/app', 'x', 'npm/app@1', { role: 'application' }]]);
    expect(broken(document, { allow: ['pkg:npm/a@1.*', 'pkg:pypi/*'] })).toEqual([
      ['allow', 'b', 'is not among the allowed packages'],
    ]);
    expect(broken(document, { deny: ['pkg:npm/*'], allow: ['pkg:npm/*'] })).toEqual([
      ['deny', 'a', 'is denied by pkg:npm/*'],
      ['deny', 'b', 'is denied by pkg:npm/*'],
    ]);
  });

  test('has licences that are allowed, and known', () => {
    const allowLicenses = ['MIT'];
    const licences = (licenses: readonly string[]) =>
      report([a1], known({}, { licenses: licenses.map(declaredLicense) }));
    expect(broken(licences(['MIT OR GPL-3.0']), { allowLicenses, denyLicenses: ['GPL-3.0'] })).toEqual([]);
    expect(broken(licences(['GPL-3.0-only']), { allowLicenses, denyLicenses: ['GPL-3.0'] })).toEqual([
      ['allow-license', 'a', 'has the licence GPL-3.0-only, which is not allowed'],
      ['deny-license', 'a', 'has the denied licence GPL-3.0-only'],
    ]);
    expect(broken(licences([]), { allowLicenses, denyLicenses: ['GPL-3.0'] })).toEqual([
      ['allow-license', 'a', 'declares no licence inside'],
    ]);
    expect(judgement(report([a1], {}), { allowLicenses, denyLicenses: ['GPL-3.0'] })).toMatchObject({
      violations: [{ message: 'was not looked into, so its licence is not known' }],
      notLookedInto: 1,
    });
  });
});

describe('what is accepted', () => {
  const accept = [{ rule: 'deny', package: 'pkg:npm/a@1.0.0', reason: 'until May' }];

  test('breaks no rule, and is told with its reason', () => {
    const { violations, accepted } = judgement(report([a1, b1]), { deny: ['pkg:npm/*'], accept });
    expect(violations.map((one) => one.package?.name)).toEqual(['b']);
    expect(accepted).toMatchObject([{ rule: 'deny', package: { name: 'a' }, reason: 'until May' }]);
    expect(judgement(report([a2]), { deny: ['pkg:npm/*'], accept }).violations).toHaveLength(1);
  });

  test('is what every violation says, once there is a reason', () => {
    const document = report([['/a', 'x', 'npm/a@1?x=y'], b1, ['/c*"', 'c', 'no purl']]);
    const rules = { deny: ['pkg:*/*', '/*'] };
    const said = judgement(document, rules).violations.map((one) => JSON.parse(one.accept));
    expect(said).toHaveLength(3);
    const reasons = said.map((one) => ({ ...one, reason: 'so it is' }));
    expect(judgement(document, { ...rules, accept: reasons }).violations).toEqual([]);
  });
});

describe('sarif', () => {
  const multitool = createRequire(import.meta.url).resolve('@microsoft/sarif-multitool-ts');
  const schema = readFileSync(join(dirname(multitool), '../assets/sarif-2.1.0.schema.json'), 'utf8');
  const ajv = new Ajv2020.default({ strict: false });
  addFormats.default(ajv);
  const isSarif = ajv.compile(JSON.parse(schema));

  function sarif(document: ReviewDocument) {
    const log = JSON.parse(formats.sarif(document, {}));
    expect(isSarif(log), JSON.stringify(isSarif.errors, undefined, 1)).toBe(true);
    return log.runs[0];
  }

  const location = { file: 'block-pack/npm x.import', line: 3 };
  const modified = known({ integrity: { state: 'modified', against: 'its tarball', changes: [] } });
  const document = report([a1, b1], { ...modified, location: () => location });

  test('tells what is worth a look, at its line of the manifest', () => {
    const run = sarif(document);
    expect(run.results).toHaveLength(2);
    expect(run.results[0]).toMatchObject({
      ruleId: 'modified',
      level: 'warning',
      message: { text: 'a 1.0.0 is not as it was published, by its tarball: 0 other files' },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'block-pack/npm%20x.import' },
            region: { startLine: 3 },
          },
          logicalLocations: [{ fullyQualifiedName: 'pkg:npm/a@1.0.0' }],
        },
      ],
    });
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(['modified']);
  });

  test('tells what breaks rules as errors, and what is accepted as suppressed', () => {
    const accept = [{ rule: 'modified', package: 'pkg:npm/b', reason: 'patched' }];
    const judged = { ...document, judgement: judgement(document, { failOn: ['modified'], accept }) };
    const run = sarif(judged);
    expect(run.results.map(({ level }: { level: string }) => level)).toEqual(['error', 'error']);
    expect(run.results[1].suppressions).toEqual([{ kind: 'external', justification: 'patched' }]);
  });

  test('tells what is true of the whole, and of packages whose line nobody knows', () => {
    const shipped = update([a1], [a2]);
    const rules = { maxTransfer: 1, failOn: ['major'], deny: ['pkg:npm/*'] };
    const run = sarif({ ...shipped, judgement: judgement(shipped, rules) });
    expect(run.results.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual([
      'max-transfer',
      'major',
      'deny',
    ]);
    expect(run.results[1].locations[0]).not.toHaveProperty('physicalLocation');
    expect(sarif(update([], [])).results).toEqual([]);
  });
});

test('people are told first what is broken, and how to accept it', () => {
  const document = update([a1], [a2]);
  const judged = { ...document, judgement: judgement(document, { failOn: ['major'], maxTransfer: 1 }) };
  expect(formats.text(judged, {})).toContain(
    [
      'rules: 2 broken',
      '  RULE          PACKAGE  VERSION  WHAT',
      '  max-transfer                    ships 6 B, and may ship 1 B',
      '  major         a        2.0.0    is a new major version: 1.0.0 -> 2.0.0',
      '',
    ].join('\n'),
  );
  expect(formats.text(judged, {})).toContain(
    '  { "rule": "major", "package": "pkg:npm/a@2.0.0", "reason": "" }\n',
  );
  const markdown = formats.markdown(judged, {});
  expect(markdown).toContain('**rules: 2 broken**\n\n| RULE | PACKAGE | VERSION | WHAT |\n');
  expect(markdown.indexOf('rules: 2 broken')).toBeLessThan(markdown.indexOf('| PACKAGE | FROM |'));
  const fine = { ...document, judgement: judgement(document, { maxTransfer: 100 }) };
  expect(formats.text(fine, {})).toMatch(/\nrules: none broken\n$/);
});
