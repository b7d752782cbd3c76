import type { Package } from '../contents/package.ts';
import type { FindingKind } from './findings.ts';
import type { LicenseEntry } from './license-entry.ts';
import type { PackagePattern } from './package-pattern.ts';

/** What a report or an update may hold. */
export interface Rules {
  readonly failOn: readonly FindingKind[];
  /** Bytes that an update may ship. */
  readonly maxTransfer?: number;
  /** Bytes that a block may have. */
  readonly maxBlock?: number;
  /** Where there are any, each dependency is one of these. */
  readonly allow: readonly PackagePattern[];
  readonly deny: readonly PackagePattern[];
  /** Where there are any, each dependency can be used under these alone. */
  readonly allowLicenses: readonly LicenseEntry[];
  /** No dependency can be used under these alone. */
  readonly denyLicenses: readonly LicenseEntry[];
  readonly accept: readonly Acceptance[];
}

/** A breach that is known and wanted. */
export interface Acceptance {
  readonly rule: RuleName;
  readonly packages: PackagePattern;
  readonly reason: string;
}

/** The rules by their names. */
export type RuleName =
  | FindingKind
  | 'max-transfer'
  | 'max-block'
  | 'allow'
  | 'deny'
  | 'allow-license'
  | 'deny-license';

/** What broke a rule. */
export interface Violation {
  readonly rule: RuleName;
  /** Undefined for what is true of the whole. */
  readonly package?: Package;
  /** A sentence without its subject, which is the package. */
  readonly message: string;
  /** What accepts it: an entry for the rules' `accept`, or another limit, as JSON in one line. */
  readonly accept: string;
}

export interface Judgement {
  /** In the order of the rules, and of their packages. */
  readonly violations: readonly Violation[];
  readonly accepted: readonly AcceptedViolation[];
  /** Dependencies that rules ask about what is inside of them, and that nobody looked into. */
  readonly notLookedInto: number;
}

export interface AcceptedViolation extends Violation {
  readonly reason: string;
}
