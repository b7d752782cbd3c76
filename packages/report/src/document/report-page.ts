import type { ReportTable } from './report-tables.ts';

/** What people read of a report, before it is laid out for one format. Its texts are our own; what comes out of files stands in foreign columns and in `names`. */
export interface ReportPage {
  readonly headline: string;
  /** What it is about; may be empty. */
  readonly names: readonly string[];
  /** What else to know of the whole, a sentence each. */
  readonly remarks: readonly string[];
  readonly sections: readonly PageSection[];
}

export interface PageSection {
  readonly title: string;
  readonly remark?: string;
  readonly table: ReportTable;
}
