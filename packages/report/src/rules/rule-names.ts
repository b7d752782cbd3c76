import { type FindingKind, findingKind, findingNames } from './findings.ts';
import type { RuleName } from './rules.ts';

const otherRules = {
  'max-transfer': 'Ships more than it may',
  'max-block': 'Larger than it may be',
  allow: 'Not among the allowed packages',
  deny: 'A denied package',
  'allow-license': 'A licence that is not allowed',
  'deny-license': 'A denied licence',
} as const satisfies Readonly<Record<Exclude<RuleName, FindingKind>, string>>;

/** All rules that are about a package: a limit of the whole is not accepted, but raised. */
export const acceptableRules: readonly RuleName[] = [
  ...findingNames,
  ...(Object.keys(otherRules) as (keyof typeof otherRules)[]).filter((rule) => rule !== 'max-transfer'),
];

export function ruleTitle(rule: RuleName): string {
  return isFindingKind(rule) ? findingKind(rule).title : otherRules[rule];
}

function isFindingKind(rule: RuleName): rule is FindingKind {
  return !Object.hasOwn(otherRules, rule);
}
