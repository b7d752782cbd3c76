import type { Contents } from '../contents/contents.ts';
import type { Package } from '../contents/package.ts';
import type { ContentsDifference, PackageChange } from '../difference/difference.ts';
import type { InsideDifference } from '../difference/inside.ts';
import type { Judgement, Violation } from '../rules/rules.ts';
import type { ContentsSummary } from '../summary/summary.ts';
import type { ReportDocument } from './report-document.ts';

/** A report as plain JSON values, less the fields that all documents of the command share. Specified in the schema of the command's output. */
export type ReportFields = Readonly<Record<string, unknown>>;

/** Of what changed inside a package; the counts beside them are of all. */
const innerEntries = 50;

export function reportFields(document: ReportDocument): ReportFields {
  switch (document.kind) {
    case 'contents':
      return {
        ...contentsFields(document.contents),
        summary: summaryFields(document.summary),
        ...judgementFields(document.judgement),
      };
    case 'difference':
      return { ...differenceFields(document.difference), ...judgementFields(document.judgement) };
    case 'share':
      return { ...document.sharing };
    case 'forecast':
      return { ...document.history };
  }
}

function judgementFields(judgement: Judgement | undefined): ReportFields {
  if (judgement === undefined) return {};
  const { violations, accepted, notLookedInto } = judgement;
  return {
    rules: {
      violations: violations.map(violationFields),
      accepted: accepted.map((one) => ({ ...violationFields(one), reason: one.reason })),
      notLookedInto,
    },
  };
}

function violationFields({ rule, message, accept, package: one }: Violation): ReportFields {
  return { rule, message, accept, ...(one === undefined ? {} : { package: reference(one) }) };
}

function contentsFields({ name, source, packages, layers }: Contents): ReportFields {
  return { name, source, packages: packages.map(packageFields), layers };
}

/** What is inside a package would be most of the document, and is said only where it changed. */
function packageFields({ facts, ...one }: Package): ReportFields {
  if (facts === undefined) return { ...one };
  const { licenses, nativeCode } = facts;
  return { ...one, licenses, nativeCode };
}

/** Names a package that the document describes elsewhere. */
function reference({ name, version, purl, digest }: Package): ReportFields {
  return { name, version, purl, digest };
}

function summaryFields(summary: ContentsSummary): ReportFields {
  const { integrity } = summary;
  return {
    ...summary,
    largest: summary.largest.map(reference),
    duplicates: summary.duplicates.map((one) => ({ ...one, packages: one.packages.map(reference) })),
    copies: summary.copies.map((one) => ({ ...one, package: reference(one.package) })),
    unidentified: summary.unidentified.map(reference),
    integrity: {
      verified: integrity.verified,
      modified: integrity.modified.map(reference),
      unknown: integrity.unknown.map(reference),
    },
    installScripts: summary.installScripts.map(reference),
    nativeCode: summary.nativeCode.map(reference),
    licenses: summary.licenses.map((one) => ({ ...one, packages: one.packages.map(reference) })),
  };
}

function differenceFields({ before, after, figures, changes, layers }: ContentsDifference): ReportFields {
  return { before, after, figures, changes: changes.map(changeFields), layers };
}

function changeFields({ before, after, inside, ...change }: PackageChange): ReportFields {
  return {
    ...change,
    ...(before === undefined ? {} : { before: packageFields(before) }),
    ...(after === undefined ? {} : { after: packageFields(after) }),
    ...(inside === undefined ? {} : { inside: insideFields(inside) }),
  };
}

function insideFields(inside: InsideDifference): ReportFields {
  return { ...inside, entries: inside.entries.slice(0, innerEntries) };
}
