import type { Package } from '../contents/package.ts';
import type { ReviewDocument } from '../document/report-document.ts';
import { byteSize, count } from '../text/byte-size.ts';
import { licenseWord } from '../text/package-words.ts';
import { findingKind, type SeenPackage } from './findings.ts';
import { canBeUsed, type LicenseEntry } from './license-entry.ts';
import { exactPattern, type PackagePattern } from './package-pattern.ts';
import type { AcceptedViolation, Judgement, RuleName, Rules, Violation } from './rules.ts';
import { seenPackages } from './seen-packages.ts';

/** Holds a report against rules. Of an update, what was there before as it is now breaks none. */
export function judge(document: ReviewDocument, rules: Rules): Judgement {
  const seen = seenPackages(document);
  const dependencies = seen.filter((one) => one.package.role === 'dependency');
  const found = [
    ...transferViolations(document, rules),
    ...seen.flatMap((one) => blockViolations(one, rules)),
    ...packageRules(rules).flatMap(({ rule, check }) =>
      dependencies.flatMap((one) => violation(rule, one.package, check(one))),
    ),
  ];
  const violations: Violation[] = [];
  const accepted: AcceptedViolation[] = [];
  for (const one of found) {
    const reason = reasonFor(one, rules);
    if (reason === undefined) violations.push(one);
    else accepted.push({ ...one, reason });
  }
  const isUnknown = ({ package: { facts } }: SeenPackage) => facts === undefined;
  return {
    violations,
    accepted,
    notLookedInto: looksInside(rules) ? dependencies.filter(isUnknown).length : 0,
  };
}

interface PackageRule {
  readonly rule: RuleName;
  check(seen: SeenPackage): string | undefined;
}

function packageRules(rules: Rules): readonly PackageRule[] {
  const { failOn, allow, deny, allowLicenses, denyLicenses } = rules;
  const fine = (message: string | undefined, isFine: boolean) => (isFine ? undefined : message);
  return [
    ...failOn.map((kind): PackageRule => ({ rule: kind, check: (seen) => findingKind(kind).find(seen) })),
    {
      rule: 'allow',
      check: (seen) => fine('is not among the allowed packages', allow.length === 0 || isOneOf(allow, seen)),
    },
    {
      rule: 'deny',
      check: (seen) => {
        const pattern = deny.find((one) => one.matches(seen.package));
        return pattern === undefined ? undefined : `is denied by ${pattern.text}`;
      },
    },
    {
      rule: 'allow-license',
      check: (seen) => (allowLicenses.length === 0 ? undefined : notAllowed(seen.package, allowLicenses)),
    },
    {
      rule: 'deny-license',
      check: ({ package: one }) =>
        fine(
          `has the denied licence ${licenseWord(one)}`,
          (one.facts?.licenses ?? []).length === 0 ||
            canBeUsed(one, (licence) => !denyLicenses.some((entry) => entry.matches(licence))),
        ),
    },
  ];
}

function isOneOf(patterns: readonly PackagePattern[], { package: one }: SeenPackage): boolean {
  return patterns.some((pattern) => pattern.matches(one));
}

/** What is not known to be allowed is not. */
function notAllowed(one: Package, allowed: readonly LicenseEntry[]): string | undefined {
  if (one.facts === undefined) return 'was not looked into, so its licence is not known';
  if (one.facts.licenses.length === 0) return 'declares no licence inside';
  const isAllowed = canBeUsed(one, (licence) => allowed.some((entry) => entry.matches(licence)));
  return isAllowed ? undefined : `has the licence ${licenseWord(one)}, which is not allowed`;
}

function transferViolations(document: ReviewDocument, { maxTransfer }: Rules): readonly Violation[] {
  if (maxTransfer === undefined || document.kind !== 'difference') return [];
  const { figures, changes } = document.difference;
  const ship = figures.exact ?? figures.ship;
  const unknown = changes.filter(
    ({ kind, after }) =>
      (kind === 'new' || kind === 'changed') && after !== undefined && after.size === undefined,
  ).length;
  if (ship <= maxTransfer && unknown === 0) return [];
  const message =
    ship > maxTransfer
      ? `ships ${byteSize(ship)}, and may ship ${byteSize(maxTransfer)}`
      : `ships ${count(unknown, 'block')} whose size is not known, and may ship ${byteSize(maxTransfer)}`;
  return [{ rule: 'max-transfer', message, accept: `"maxTransfer": ${Math.max(ship, maxTransfer)}` }];
}

/** What ships nothing is not too large to be shipped. */
function blockViolations({ package: one, change }: SeenPackage, { maxBlock }: Rules): readonly Violation[] {
  if (maxBlock === undefined || change?.kind === 'moved') return [];
  if (one.size !== undefined && one.size <= maxBlock) return [];
  const size = one.size === undefined ? 'is of unknown size' : `has ${byteSize(one.size)}`;
  return violation('max-block', one, `${size}, and may have ${byteSize(maxBlock)}`);
}

function violation(rule: RuleName, one: Package, message: string | undefined): readonly Violation[] {
  if (message === undefined) return [];
  const accept = `{ "rule": ${JSON.stringify(rule)}, "package": ${JSON.stringify(exactPattern(one))}, "reason": "" }`;
  return [{ rule, package: one, message, accept }];
}

function reasonFor({ rule, package: one }: Violation, { accept }: Rules): string | undefined {
  if (one === undefined) return undefined;
  return accept.find((entry) => entry.rule === rule && entry.packages.matches(one))?.reason;
}

/** Rules that are broken by nothing that nobody looked into, so that it has to be told. */
function looksInside({ failOn, denyLicenses }: Rules): boolean {
  const inside: readonly string[] = ['install-script', 'native-code', 'license-change'];
  return denyLicenses.length > 0 || failOn.some((kind) => inside.includes(kind));
}
