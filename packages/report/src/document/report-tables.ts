import type { Package } from '../contents/package.ts';
import { type ContentsDifference, type PackageChange, shownPackage } from '../difference/difference.ts';
import type { Violation } from '../rules/rules.ts';
import { byteSize } from '../text/byte-size.ts';
import { changeNotes, changeWord } from '../text/difference-words.ts';
import { integrityWord, licenseWord, packageNotes } from '../text/package-words.ts';
import type { Column } from '../text/table.ts';

/** A table of texts that is laid out for one format or another. */
export interface ReportTable {
  readonly columns: readonly ReportColumn[];
  readonly rows: readonly (readonly string[])[];
  /** What cells are sorted by where that is not their text, such as bytes: by row, then by column. */
  readonly numbers?: readonly (readonly (number | undefined)[])[];
}

export interface ReportColumn extends Column {
  /** Its cells are text out of files, which may hold anything. */
  readonly isForeign?: boolean;
}

/** A column, and what stands in it. */
export interface Field<T> extends ReportColumn {
  cell(of: T): string;
  /** What the cell stands for. */
  number?(of: T): number | undefined;
}

/** One row for each package that is not as it was. */
export function changesTable(difference: ContentsDifference): ReportTable {
  return tableOf(changeFields, changedPackages(difference));
}

/** Those of the rows of {@link changesTable}, in their order. */
export function changedPackages({ changes }: ContentsDifference): readonly PackageChange[] {
  return changes.filter(({ kind }) => kind !== 'unchanged');
}

export function packagesTable(packages: readonly Package[]): ReportTable {
  return tableOf(packageFields, packages);
}

/** What broke which rule. */
export function violationsTable(violations: readonly Violation[]): ReportTable {
  return tableOf(violationFields, violations);
}

const violationFields: readonly Field<Violation>[] = [
  { title: 'RULE', cell: ({ rule }) => rule },
  { title: 'PACKAGE', isForeign: true, cell: (one) => one.package?.name ?? '' },
  { title: 'VERSION', isForeign: true, cell: (one) => one.package?.version ?? '' },
  { title: 'WHAT', isForeign: true, cell: ({ message }) => message },
];

const changeFields: readonly Field<PackageChange>[] = [
  { title: 'PACKAGE', isForeign: true, cell: (change) => shownPackage(change).name },
  { title: 'FROM', isForeign: true, cell: ({ before }) => before?.version ?? '' },
  { title: 'TO', isForeign: true, cell: ({ after }) => after?.version ?? '' },
  { title: 'KIND', cell: changeWord },
  { title: 'SIZE', align: 'right', cell: ({ after }) => sizeText(after), number: ({ after }) => after?.size },
  {
    title: 'SHIPS',
    align: 'right',
    cell: ({ ship }) => (ship === 0 ? '' : byteSize(ship)),
    number: ({ ship }) => ship,
  },
  {
    title: 'AS DELTA',
    align: 'right',
    cell: ({ exact }) => (exact === undefined ? '' : byteSize(exact)),
    number: ({ exact }) => exact,
  },
  { title: 'RELATION', cell: (change) => shownPackage(change).relation ?? '' },
  { title: 'AS PUBLISHED', cell: ({ after }) => (after === undefined ? '' : integrityWord(after)) },
  { title: 'LICENSE', isForeign: true, cell: licenseChange },
  { title: 'NOTES', cell: (change) => changeNotes(change, shownPackage(change)).join(', ') },
];

const packageFields: readonly Field<Package>[] = [
  { title: 'PACKAGE', isForeign: true, cell: ({ name }) => name },
  { title: 'VERSION', isForeign: true, cell: ({ version }) => version ?? '' },
  { title: 'SIZE', align: 'right', cell: sizeText, number: ({ size }) => size },
  { title: 'RELATION', cell: ({ relation }) => relation ?? '' },
  { title: 'AS PUBLISHED', cell: integrityWord },
  { title: 'LICENSE', isForeign: true, cell: licenseWord },
  { title: 'NOTES', cell: (one) => packageNotes(one).join(', ') },
];

function sizeText(one: Package | undefined): string {
  return one?.size === undefined ? '' : byteSize(one.size);
}

/** A licence that became another is what a reviewer must see. */
function licenseChange({ before, after }: PackageChange): string {
  const [old, current] = [before, after].map((one) => (one === undefined ? '' : licenseWord(one)));
  if (old && current && old !== current) return `${current} (was ${old})`;
  return current || old || '';
}

/** Columns in which nothing stands are left out. */
export function tableOf<T>(fields: readonly Field<T>[], all: readonly T[]): ReportTable {
  const rows = all.map((one) => fields.map(({ cell }) => cell(one)));
  const isUsed = fields.map((_, at) => at === 0 || rows.some((row) => row[at] !== ''));
  const used = fields.filter((_, at) => isUsed[at]);
  return {
    columns: used,
    rows: rows.map((row) => row.filter((_, at) => isUsed[at])),
    numbers: all.map((one) => used.map(({ number }) => number?.(one))),
  };
}
