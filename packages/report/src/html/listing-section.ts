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
  const { id, table, rows } = listing;
  return markup`<p class="search" hidden><label>Search <input type="search" autocomplete="off" spellcheck="false"></label> <span role="status"></span></p>
<div class="wide"><table aria-labelledby="${id}">
<thead><tr>${table.columns.map(headMarkup)}</tr></thead>
${rows.map((row, at) => bodyMarkup(row, table, at, rowId(listing, at), mostInside))}</table></div>
`;
}

function headMarkup({ title, align }: ReportColumn): Markup {
  return markup`<th scope="col"${align === 'right' ? markup` class="number"` : undefined}>${title}</th>`;
}

function bodyMarkup(
  row: ListingRow,
  { columns, rows, numbers }: ReportTable,
  at: number,
  id: string,
  mostInside: number,
): Markup {
  const [name = '', ...cells] = rows[at] ?? [];
  const others = cells.map((cell, index) =>
    cellMarkup(
      cell,
      columns[index + 1],
      numbers?.[at]?.[index + 1],
      index === cells.length - 1 ? notesMarkup(cell, row) : cell,
    ),
  );
  return markup`<tbody id="${id}"><tr title="${row.hint}">${nameMarkup(name, row.tone)}${others}</tr>${insideMarkup(row, columns.length, mostInside)}</tbody>\n`;
}

/** A long name may go on in another line behind each of its parts. */
function nameMarkup(name: string, tone: Tone): Markup {
  const parts = name
    .split(/(?<=[.:/])/)
    .map((part, at) => markup`${at === 0 ? undefined : markup`<wbr>`}${part}`);
  return markup`<th scope="row" class="${tone}">${parts}</th>`;
}

/** @param content what is shown of it */
function cellMarkup(
  cell: string,
  column: ReportColumn | undefined,
  number: number | undefined,
  content: MarkupValue,
): Markup {
  const value = number === undefined ? undefined : markup` data-number="${number}"`;
  const name = column?.align === 'right' ? 'number' : cell.length > mostInLine ? 'long' : undefined;
  return markup`<td${name === undefined ? undefined : markup` class="${name}"`}${value}>${content}</td>`;
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
