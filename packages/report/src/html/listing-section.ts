import type { EntryChange, InsideDifference } from '../difference/inside.ts';
import type { ReportColumn, ReportTable } from '../document/report-tables.ts';
import { byteSize } from '../text/byte-size.ts';
import { insideCounts } from '../text/difference-words.ts';
import { type Markup, type MarkupValue, markup } from './markup.ts';
import { type Listing, type ListingRow, rowId } from './page.ts';
import type { Tone } from './treemap.ts';

/** Characters of a cell that stand in one line. */
const mostInLine = 24;

/**
 * One body of the table for each package: its row, and one that opens to what changed inside.
 * @param mostInside files listed of each package
 */
export function listingSection(listing: Listing, mostInside: number): Markup {
  const { id, title, isClosed = false } = listing;
  const heading = markup`<h2 id="${id}">${title}</h2>`;
  const content = contentMarkup(listing, mostInside);
  return isClosed
    ? markup`<section class="listing"><details><summary>${heading}</summary>\n${content}</details></section>\n`
    : markup`<section class="listing">${heading}\n${content}</section>\n`;
}

function contentMarkup(listing: Listing, mostInside: number): Markup {
  const { id, remark, table, rows } = listing;
  const named = nameColumn(table);
  const hasTones = rows.some(({ tone }) => tone !== undefined);
  return markup`${remark === undefined ? undefined : markup`<p class="remark">${remark}</p>\n`}<p class="search" hidden><label>Search <input type="search" autocomplete="off" spellcheck="false"></label> <span role="status"></span></p>
<div class="wide"><table aria-labelledby="${id}">
<thead><tr>${table.columns.map((column, at) => headMarkup(column, hasTones && at === named))}</tr></thead>
${rows.map((row, at) => bodyMarkup(row, table, at, rowId(listing, at), mostInside))}</table></div>
`;
}

/** The column that tells the rows apart. */
function nameColumn({ columns }: ReportTable): number {
  return Math.max(
    0,
    columns.findIndex(({ isForeign }) => isForeign === true),
  );
}

/** @param isDotted its cells begin with the tone of their row */
function headMarkup({ title, align }: ReportColumn, isDotted: boolean): Markup {
  return markup`<th scope="col"${className(align === 'right' ? 'number' : isDotted ? 'dotted' : undefined)}>${title}</th>`;
}

function className(name: string | undefined): Markup | undefined {
  return name === undefined ? undefined : markup` class="${name}"`;
}

function bodyMarkup(row: ListingRow, table: ReportTable, at: number, id: string, mostInside: number): Markup {
  const { columns, rows, numbers } = table;
  const named = nameColumn(table);
  const cells = columns.map((column, index) => {
    const cell = rows[at]?.[index] ?? '';
    if (index === named) return nameMarkup(cell, row.tone);
    const content = index === columns.length - 1 ? notesMarkup(cell, row) : cell;
    return cellMarkup(cell, column, numbers?.[at]?.[index], content);
  });
  const hint = row.hint === undefined ? undefined : markup` title="${row.hint}"`;
  return markup`<tbody id="${id}"><tr${hint}>${cells}</tr>${insideMarkup(row, columns.length, mostInside)}</tbody>\n`;
}

/** A long name may go on in another line behind each of its parts. */
function nameMarkup(name: string, tone: Tone | undefined): Markup {
  const parts = name
    .split(/(?<=[.:/])/)
    .map((part, at) => markup`${at === 0 ? undefined : markup`<wbr>`}${part}`);
  return markup`<th scope="row"${className(tone)}>${parts}</th>`;
}

/** @param content what is shown of it */
function cellMarkup(
  cell: string,
  { align }: ReportColumn,
  number: number | undefined,
  content: MarkupValue,
): Markup {
  const value = number === undefined ? undefined : markup` data-number="${number}"`;
  const name = align === 'right' ? 'number' : cell.length > mostInLine ? 'long' : undefined;
  return markup`<td${className(name)}${value}>${content}</td>`;
}

/** The last of the notes is what opens the list of files, once the script has made a button of it. */
function notesMarkup(notes: string, { inside }: ListingRow): MarkupValue {
  const counts = inside === undefined ? '' : insideCounts(inside);
  if (counts === '' || !notes.endsWith(counts)) return notes;
  return markup`${notes.slice(0, -counts.length)}<span class="counts">${counts}</span>`;
}

function insideMarkup({ inside }: ListingRow, columns: number, most: number): Markup | undefined {
  if (inside === undefined) return undefined;
  return markup`<tr class="inside"><td colspan="${columns}"><details><summary>Files inside</summary>
${filesMarkup(inside, most)}</details></td></tr>`;
}

const signs: Readonly<Record<EntryChange['change'], string>> = {
  added: 'new',
  removed: 'removed',
  changed: 'changed',
};

function filesMarkup({ entries }: InsideDifference, most: number): Markup {
  const shown = entries.slice(0, most);
  const more = entries.length - shown.length;
  return markup`<ul>
${shown.map(
  ({ path, change, size }) => markup`<li>${signs[change]} <code>${path}</code> ${byteSize(size)}</li>\n`,
)}${more === 0 ? undefined : markup`<li>and ${more} more</li>\n`}</ul>
`;
}
