import { BlockPackError, nearestWord } from '@block-pack/core';
import * as v from 'valibot';
import { parseByteSize } from '../text/parse-byte-size.ts';
import { type FindingKind, findingKind, findingNames } from './findings.ts';
import { licenseEntry } from './license-entry.ts';
import { packagePattern } from './package-pattern.ts';
import { acceptableRules } from './rule-names.ts';
import type { RuleName, Rules } from './rules.ts';

const size = v.union([v.string(), v.pipe(v.number(), v.safeInteger(), v.minValue(1))]);
const texts = v.array(v.string());
const acceptance = v.object({ rule: v.string(), package: v.string(), reason: v.string() });

const schema = v.object({
  $schema: v.exactOptional(v.string()),
  failOn: v.exactOptional(texts),
  maxTransfer: v.exactOptional(size),
  maxBlock: v.exactOptional(size),
  allow: v.exactOptional(texts),
  deny: v.exactOptional(texts),
  allowLicenses: v.exactOptional(texts),
  denyLicenses: v.exactOptional(texts),
  accept: v.exactOptional(v.array(acceptance)),
});

/** Rules as they are written: in a file, or on the command line. Specified in schema/rules.v1.schema.json of the command. */
export type RuleSettings = Omit<v.InferOutput<typeof schema>, '$schema'>;

/** Entries of each list. */
const mostEntries = 10_000;

/**
 * @param name of the file, for messages
 * @throws USAGE
 */
export function parseRuleSettings(text: string, name: string): RuleSettings {
  const document = parseJson(text, name);
  if (Array.isArray(document)) throw wrong(`${name} does not hold rules, but a list`);
  checkKeys(document, Object.keys(schema.entries), name);
  const parsed = v.safeParse(schema, document);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const place = v.getDotPath(issue);
    throw wrong(`${name} does not hold rules: ${place === null ? '' : `${place}: `}${issue.message}`);
  }
  const { accept = [] } = parsed.output;
  const entries = (document as { accept?: readonly unknown[] }).accept ?? [];
  for (const [at, entry] of entries.entries())
    checkKeys(entry, Object.keys(acceptance.entries), `${name}: accept.${at}`);
  for (const [at, { reason }] of accept.entries()) {
    if (reason.trim() === '')
      throw wrong(
        `${name}: accept.${at} has no reason`,
        'Say why it is accepted, for whoever reads it next.',
      );
  }
  const { $schema, ...settings } = parsed.output;
  return settings;
}

/** Lists are taken together; of two limits, the one of the settings that come later holds. */
export function joinRuleSettings(settings: readonly RuleSettings[]): RuleSettings {
  const joined: Record<string, unknown> = {};
  for (const [key, value] of settings.flatMap((one) => Object.entries(one)))
    joined[key] = Array.isArray(value) ? [...((joined[key] as unknown[]) ?? []), ...value] : value;
  return joined;
}

/** Undefined where nothing is ruled. @throws USAGE */
export function rulesOf(settings: RuleSettings): Rules | undefined {
  const { failOn = [], allow = [], deny = [], allowLicenses = [], denyLicenses = [], accept = [] } = settings;
  const limits = {
    ...(settings.maxTransfer === undefined
      ? {}
      : { maxTransfer: limit(settings.maxTransfer, 'maxTransfer') }),
    ...(settings.maxBlock === undefined ? {} : { maxBlock: limit(settings.maxBlock, 'maxBlock') }),
  };
  const lists = { failOn, allow, deny, allowLicenses, denyLicenses, accept };
  for (const [key, list] of Object.entries(lists))
    if (list.length > mostEntries) throw wrong(`${key} has ${list.length} entries, more than ${mostEntries}`);
  const { accept: _, ...ruling } = lists;
  const isEmpty = Object.keys(limits).length + Object.values(ruling).flat().length === 0;
  if (isEmpty) return undefined;
  return {
    ...limits,
    failOn: [...new Set(failOn)].map(findingName),
    allow: allow.map(packagePattern),
    deny: deny.map(packagePattern),
    allowLicenses: allowLicenses.map(licenseEntry),
    denyLicenses: denyLicenses.map(licenseEntry),
    accept: accept.map(({ rule, package: pattern, reason }) => ({
      rule: ruleName(rule),
      packages: packagePattern(pattern),
      reason,
    })),
  };
}

/** The rules that need something to compare with. */
export function rulesOfChanges(rules: Rules | undefined): readonly RuleName[] {
  if (rules === undefined) return [];
  const { failOn, maxTransfer } = rules;
  const kinds = failOn.filter((kind) => findingKind(kind).isOfChanges === true);
  return [...kinds, ...(maxTransfer === undefined ? [] : (['max-transfer'] as const))];
}

function limit(value: string | number, key: string): number {
  return typeof value === 'number' ? value : parseByteSize(value, key);
}

function findingName(name: string): FindingKind {
  return oneOf(name, findingNames, 'nothing that can be found');
}

function ruleName(name: string): RuleName {
  return oneOf(name, acceptableRules, 'no rule about packages');
}

function oneOf<Name extends string>(name: string, names: readonly Name[], flaw: string): Name {
  const found = names.find((one) => one === name);
  if (found !== undefined) return found;
  throw wrong(`${JSON.stringify(name)} is ${flaw}`, meant(name, names));
}

function checkKeys(value: unknown, keys: readonly string[], name: string): void {
  if (typeof value !== 'object' || value === null) return;
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined)
    throw wrong(`${name} has the key ${JSON.stringify(unknown)}, which means nothing`, meant(unknown, keys));
}

function meant(seen: string, words: readonly string[]): string {
  const near = nearestWord(seen, words);
  return near === undefined ? `Expected one of ${words.join(', ')}.` : `Did you mean ${near}?`;
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BlockPackError('USAGE', `${name} is not JSON`, {
      hint: 'Rules are one JSON object, such as { "failOn": ["modified"], "maxTransfer": "5MB" }.',
      cause,
    });
  }
}

function wrong(message: string, hint?: string): BlockPackError {
  return new BlockPackError('USAGE', message, hint === undefined ? {} : { hint });
}
