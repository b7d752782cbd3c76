import { type ContentsDifference, type PackageChange, shownPackage } from '../difference/difference.ts';
import type { EntryChange } from '../difference/inside.ts';
import type { Judgement } from '../rules/rules.ts';
import { byteSize, count } from '../text/byte-size.ts';
import { differenceHeadline, differenceRemarks, insideCounts } from '../text/difference-words.ts';
import { howToAccept, judgementHeadline } from '../text/judgement-words.ts';
import { summaryHeadline, summarySections } from '../text/summary-words.ts';
import { printable, table as textTable } from '../text/table.ts';
import { forecastPage } from './forecast-page.ts';
import type { Renderer, RenderOptions } from './renderer.ts';
import type { ContentsReport, ReportDocument } from './report-document.ts';
import type { ReportPage } from './report-page.ts';
import { changesTable, packagesTable, type ReportTable, violationsTable } from './report-tables.ts';
import { sharePage } from './share-page.ts';

/** Rows unless the options say otherwise: as many as a person reads. */
const usualRows = 40;

/** Rows of each list of a report. */
const listRows = 10;
/** Rows of each table of a page that has several. */
const sectionRows = 20;

/** For terminals; what is not printable is made harmless. */
export const renderText: Renderer = (document, options) => {
  return (
    bodyText(document, options) + ('judgement' in document ? judgementText(document.judgement, options) : '')
  );
};

function bodyText(document: ReportDocument, options: RenderOptions): string {
  switch (document.kind) {
    case 'contents':
      return contentsText(document, options);
    case 'difference':
      return differenceText(document.difference, options);
    case 'share':
      return pageText(sharePage(document.sharing), options);
    case 'forecast':
      return pageText(forecastPage(document.history), options);
  }
}

/** Last, where whoever ran the command looks first. */
function judgementText(judgement: Judgement | undefined, options: RenderOptions): string {
  if (judgement === undefined) return '';
  const { emphasis = (text: string) => text, rows = usualRows } = options;
  const { violations } = judgement;
  const headline = `\n${emphasis(judgementHeadline(judgement))}\n`;
  if (violations.length === 0) return headline;
  const accepts = violations.slice(0, rows).map(({ accept }) => `  ${printable(accept)}\n`);
  return [
    ...[headline, tableText(violationsTable(violations), rows)],
    ...[`\n${howToAccept}:\n`, ...accepts, moreText(violations.length - rows, '--all shows them')],
  ].join('');
}

function differenceText(difference: ContentsDifference, options: RenderOptions): string {
  const { emphasis = (text: string) => text } = options;
  const changes = changesTable(difference);
  return [
    `${emphasis(differenceHeadline(difference))}\n`,
    `${printable(difference.before.name)} -> ${printable(difference.after.name)}\n`,
    ...differenceRemarks(difference).map((remark) => `${remark}\n`),
    changes.rows.length === 0 ? '' : `\n${tableText(changes, options.rows ?? usualRows)}`,
    ...(options.inside === undefined ? [] : insideTexts(difference.changes, options.inside)),
  ].join('');
}

function tableText({ columns, rows }: ReportTable, most: number): string {
  return `${textTable(columns, rows.slice(0, most))}${moreText(rows.length - most, '--all shows them')}`;
}

function moreText(more: number, where: string): string {
  return more > 0 ? `  ... and ${more} more (${where})\n` : '';
}

/** Of each package that was looked into on both sides, the files that changed. @param most of each */
function insideTexts(changes: readonly PackageChange[], most: number): string[] {
  return changes.flatMap((change) => {
    const { inside } = change;
    if (inside === undefined) return [];
    const { name, version } = shownPackage(change);
    const title = `${printable(`${name} ${version ?? ''}`.trimEnd())}: ${insideCounts(inside)}`;
    const lines = inside.entries.slice(0, most).map((entry) => `  ${entryText(entry)}\n`);
    return [`\n${title}\n`, ...lines, moreText(inside.entries.length - most, '--format json has more')];
  });
}

const signs: Readonly<Record<EntryChange['change'], string>> = { added: '+', removed: '-', changed: '~' };

function entryText({ path, change, size }: EntryChange): string {
  return `${signs[change]} ${printable(path)}  ${byteSize(size)}`;
}

function contentsText({ contents, summary }: ContentsReport, options: RenderOptions): string {
  const { emphasis = (text: string) => text, rows = listRows } = options;
  return [
    `${emphasis(`${printable(contents.name)}: ${summaryHeadline(summary)}`)}\n`,
    ...summarySections(summary).flatMap(({ title, remark, packages, lines }) => [
      `\n${emphasis(title)}${remark === undefined ? '' : `: ${printable(remark)}`}\n`,
      packages === undefined ? '' : tableText(packagesTable(packages), rows),
      ...lines.slice(0, rows).map((line) => `  ${printable(line)}\n`),
      moreText(lines.length - rows, '--all shows them'),
    ]),
    contents.layers.length === 0
      ? ''
      : `\n${count(contents.layers.length, 'layer')} that no import manifest explains\n`,
  ].join('');
}

function pageText({ headline, names, remarks, sections }: ReportPage, options: RenderOptions): string {
  const { emphasis = (text: string) => text, rows = sectionRows } = options;
  return [
    `${emphasis(headline)}\n`,
    ...names.map((name) => `${printable(name)}\n`),
    ...remarks.map((remark) => `${remark}\n`),
    ...sections.map(
      ({ title, remark, table }) =>
        `\n${emphasis(title)}${remark === undefined ? '' : `: ${remark}`}\n${tableText(table, rows)}`,
    ),
  ].join('');
}
