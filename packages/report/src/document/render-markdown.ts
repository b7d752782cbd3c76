import { type PackageChange, shownPackage } from '../difference/difference.ts';
import type { Judgement } from '../rules/rules.ts';
import { byteSize } from '../text/byte-size.ts';
import { differenceHeadline, differenceRemarks, insideCounts } from '../text/difference-words.ts';
import { howToAccept, judgementHeadline } from '../text/judgement-words.ts';
import { htmlCode, markdownCode, markdownText } from '../text/markdown.ts';
import { summaryHeadline, summarySections } from '../text/summary-words.ts';
import { printable } from '../text/table.ts';
import { forecastPage } from './forecast-page.ts';
import { MarkdownPage } from './markdown-page.ts';
import type { Renderer, RenderOptions } from './renderer.ts';
import type { ContentsReport, DifferenceReport } from './report-document.ts';
import type { ReportPage } from './report-page.ts';
import {
  changesTable,
  packagesTable,
  type ReportColumn,
  type ReportTable,
  violationsTable,
} from './report-tables.ts';
import { sharePage } from './share-page.ts';

/** Comments on GitHub and GitLab may have this many characters; counted in bytes here, which are never fewer. */
const commentLimit = 65_536;

/** Bytes kept free for what says how much was cut. */
const reserve = 200;

/** Rows of each list of a report. */
const listRows = 10;
/** What broke rules, and what accepts it. */
const violationRows = 40;
/** Rows of each table of a page that has several. */
const sectionRows = 20;
/** Files listed for each package that changed inside. */
const insideRows = 8;

/** The first line of the text, by which a later run finds its earlier comment, to write over it. */
export const markdownMarkers = {
  difference: '<!-- block-pack diff -->',
  contents: '<!-- block-pack report -->',
  share: '<!-- block-pack share -->',
  forecast: '<!-- block-pack forecast -->',
} as const;

/** For comments on pull requests and summaries of jobs. */
export const renderMarkdown: Renderer = (document, options) => {
  const page = new MarkdownPage(options.limit ?? commentLimit);
  page.add(`${markdownMarkers[document.kind]}\n`);
  switch (document.kind) {
    case 'contents':
      addContents(page, document, options);
      break;
    case 'difference':
      addDifference(page, document, options);
      break;
    case 'share':
      addPage(page, sharePage(document.sharing), options);
      break;
    case 'forecast':
      addPage(page, forecastPage(document.history), options);
  }
  return page.text();
};

function addJudgement(page: MarkdownPage, judgement: Judgement | undefined): void {
  if (judgement === undefined) return;
  const { violations } = judgement;
  page.add(`\n**${markdownText(judgementHeadline(judgement))}**\n`);
  if (violations.length === 0) return;
  addTable(page, violationsTable(violations), violationRows);
  const accepts = violations.slice(0, violationRows).map(({ accept }) => `${printable(accept)}\n`);
  page.add(
    `\n<details><summary>${howToAccept}</summary>\n\n\`\`\`json\n${accepts.join('')}\`\`\`\n\n</details>\n`,
    reserve,
  );
}

function addDifference(
  page: MarkdownPage,
  { difference, judgement }: DifferenceReport,
  options: RenderOptions,
): void {
  const { before, after, changes } = difference;
  page.add(`**${markdownText(differenceHeadline(difference))}**\n\n`);
  page.add(`${markdownCode(before.name)} → ${markdownCode(after.name)}\n`);
  for (const remark of differenceRemarks(difference)) page.add(`\n${markdownText(remark)}\n`);
  addJudgement(page, judgement);
  const isWhole = addTable(page, changesTable(difference), options.rows);
  if (isWhole) addInside(page, changes, options.inside ?? insideRows);
}

/** @returns true when every row found room */
function addTable(page: MarkdownPage, { columns, rows }: ReportTable, most = rows.length): boolean {
  if (rows.length === 0) return true;
  const title = columns.map((column) => column.title);
  const line = columns.map(({ align }) => (align === 'right' ? '--:' : '---'));
  let shown = 0;
  if (page.add(`\n${rowText(title)}${rowText(line)}`, reserve))
    for (const row of rows.slice(0, most)) {
      if (!page.add(rowText(row.map((cell, at) => cellText(cell, columns[at]))), reserve)) break;
      shown++;
    }
  if (shown < rows.length) page.add(`\n… and ${rows.length - shown} more rows that are not shown.\n`);
  return shown === rows.length;
}

function rowText(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}

function cellText(cell: string, column: ReportColumn | undefined): string {
  return column?.isForeign === true ? markdownCode(cell) : markdownText(cell);
}

function addInside(page: MarkdownPage, changes: readonly PackageChange[], most: number): void {
  let left = 0;
  for (const change of changes) {
    if (change.inside === undefined || change.inside.entries.length === 0) continue;
    if (left > 0 || !page.add(insideText(change, change.inside, most), reserve)) left++;
  }
  if (left > 0) page.add(`\n… and what changed inside of ${left} more.\n`);
}

function insideText(
  change: PackageChange,
  inside: NonNullable<PackageChange['inside']>,
  most: number,
): string {
  const { name, version = '' } = shownPackage(change);
  const lines = inside.entries
    .slice(0, most)
    .map((entry) => `- ${entry.change} ${markdownCode(entry.path)} ${byteSize(entry.size)}\n`);
  const more = inside.entries.length - lines.length;
  return [
    `\n<details><summary>Inside ${htmlCode(`${name} ${version}`.trimEnd())}: ${insideCounts(inside)}</summary>\n\n`,
    ...lines,
    more > 0 ? `- … and ${more} more\n` : '',
    '\n</details>\n',
  ].join('');
}

function addContents(
  page: MarkdownPage,
  { contents, summary, judgement }: ContentsReport,
  options: RenderOptions,
): void {
  const { rows = listRows } = options;
  page.add(`**${markdownText(summaryHeadline(summary))}** in ${markdownCode(contents.name)}\n`);
  addJudgement(page, judgement);
  for (const { title, remark, packages, lines } of summarySections(summary)) {
    if (!page.add(headingText(title, remark), reserve))
      return void page.add('\n… and more that is not shown.\n');
    if (packages !== undefined) addTable(page, packagesTable(packages), rows);
    addList(page, lines, rows);
  }
}

function addList(page: MarkdownPage, lines: readonly string[], most: number): void {
  if (lines.length === 0) return;
  let shown = 0;
  for (const line of lines.slice(0, most)) {
    if (!page.add(`${shown === 0 ? '\n' : ''}- ${markdownCode(line)}\n`, reserve)) break;
    shown++;
  }
  if (shown < lines.length) page.add(`- … and ${lines.length - shown} more\n`);
}

function addPage(
  page: MarkdownPage,
  { headline, names, remarks, sections }: ReportPage,
  { rows = sectionRows }: RenderOptions,
): void {
  page.add(`**${markdownText(headline)}**\n`);
  for (const part of [...names.map(markdownCode), ...remarks.map(markdownText)])
    page.add(`\n${part}\n`, reserve);
  for (const { title, remark, table } of sections) {
    if (!page.add(headingText(title, remark), reserve))
      return void page.add('\n… and more that is not shown.\n');
    addTable(page, table, rows);
  }
}

function headingText(title: string, remark: string | undefined): string {
  return `\n### ${markdownText(title)}\n${remark === undefined ? '' : `\n${markdownText(remark)}\n`}`;
}
