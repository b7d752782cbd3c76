import type { InsideDifference } from '../difference/inside.ts';
import type { ReportTable } from '../document/report-tables.ts';
import type { Tone, Treemap } from './treemap.ts';

/** What an HTML report shows, whatever kind of report it is. All texts are plain, and may be hostile. */
export interface Page {
  /** Names the window. */
  readonly title: string;
  /** What a reader has to know first. */
  readonly headline: string;
  /** Of what is reported or compared; may be empty. */
  readonly names: string;
  readonly remarks: readonly string[];
  /** Stand side by side where there is room. */
  readonly treemaps: readonly Treemap[];
  readonly listings: readonly Listing[];
  readonly notes: readonly Note[];
}

/** A table that can be sorted and searched. */
export interface Listing {
  /** Of letters, and of its own on the page: what the rows are called by. */
  readonly id: string;
  readonly title: string;
  readonly remark?: string;
  /** Not opened until a reader asks for it. */
  readonly isClosed?: boolean;
  readonly table: ReportTable;
  /** Beside the rows of the table. */
  readonly rows: readonly ListingRow[];
}

export interface ListingRow {
  /** Shown while the pointer is on it. */
  readonly hint?: string;
  /** Of its areas. */
  readonly tone?: Tone;
  readonly inside?: InsideDifference;
}

/** Something that stands out, with what it stands out in. */
export interface Note {
  readonly title: string;
  readonly remark?: string;
  readonly lines: readonly string[];
}

/** What a treemap calls a row of a listing by. */
export function rowId(listing: Pick<Listing, 'id'>, at: number): string {
  return `${listing.id}-${at}`;
}
