import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinRuleSettings, parseRuleSettings, rulesOf, rulesOfChanges } from './rule-settings.ts';

const parse = (value: unknown) => parseRuleSettings(JSON.stringify(value), 'rules.json');

/** The message and the hint of what is refused. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    const { message, hint } = error as { message: string; hint?: string };
    return `${message}; ${hint}`;
  }
  return 'not refused';
}

test.each([
  [[1], 'does not hold rules'],
  [{ failon: ['major'] }, 'rules.json has the key "failon", which means nothing; Did you mean failOn?'],
  [{ zzzzzzzzzzzz: 1 }, 'Expected one of $schema, failOn, maxTransfer'],
  [{ failOn: 'major' }, 'rules.json does not hold rules: failOn: '],
  [{ maxTransfer: -1 }, 'maxTransfer'],
  [{ maxTransfer: true }, 'maxTransfer'],
  [{ accept: [{ rule: 'new', package: 'pkg:npm/a' }] }, 'accept.0.reason'],
  [{ accept: [{ rule: 'new', package: 'pkg:npm/a', reason: ' ' }] }, 'accept.0 has no reason'],
  [{ accept: [{ rule: 'new', package: 'pkg:npm/a', reason: 'x', until: 1 }] }, '"until"'],
])('%j is refused', (value, reason) => expect(refusal(() => parse(value))).toContain(reason));

test('what is no JSON, and keys of every object, are refused', () => {
  expect(refusal(() => parseRuleSettings('{', 'rules.json'))).toContain('rules.json is not JSON');
  expect(refusal(() => parseRuleSettings('{"__proto__":{}}', 'rules.json'))).toContain('"__proto__"');
});

test.each([
  [{ failOn: ['majr'] }, '"majr" is nothing that can be found; Did you mean major?'],
  [{ failOn: ['toString'] }, '"toString" is nothing'],
  [{ maxTransfer: '5X' }, 'maxTransfer "5X" is no size'],
  [{ deny: ['lodash'] }, 'is no pattern'],
  [{ allowLicenses: ['MIT OR ISC'] }, 'is not one licence'],
  [
    { deny: ['/x'], accept: [{ rule: 'den', package: '/x', reason: 'x' }] },
    '"den" is no rule about packages; Did you mean deny?',
  ],
])('%j cannot be followed', (settings, reason) => expect(refusal(() => rulesOf(settings))).toContain(reason));

test('lists have their end', () => {
  const deny = Array.from({ length: 10_001 }, () => '/x');
  expect(refusal(() => rulesOf({ deny }))).toContain('deny has 10001 entries, more than 10000');
});

test('settings are joined: lists together, limits by the last', () => {
  const joined = joinRuleSettings([
    { failOn: ['new'], maxBlock: 5, deny: ['/a'] },
    { failOn: ['major'], maxBlock: '7kB' },
  ]);
  expect(joined).toEqual({ failOn: ['new', 'major'], maxBlock: '7kB', deny: ['/a'] });
  expect(rulesOf(joined)).toMatchObject({ maxBlock: 7000, failOn: ['new', 'major'] });
  expect(rulesOf({ accept: [] })).toBeUndefined();
  expect(rulesOfChanges(rulesOf({ failOn: ['new', 'modified'], maxTransfer: 1 }))).toEqual([
    'new',
    'max-transfer',
  ]);
});

test('any JSON is understood or refused, and no fault', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      try {
        rulesOf(parseRuleSettings(text, 'rules.json'));
      } catch (error) {
        expect(error).toMatchObject({ code: 'USAGE' });
      }
    }),
  );
});
