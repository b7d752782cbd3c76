import type { Ecosystem } from '../versions/ecosystem.ts';
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
  /** For formats that draw. */
  readonly picture?: SectionPicture;
}

/** What the rows of a table stand for in bytes. */
export interface SectionPicture {
  readonly title: string;
  /** One for each row, in their order. */
  readonly components: readonly PicturedComponent[];
}

export interface PicturedComponent {
  readonly ecosystem: Ecosystem;
  readonly name: string;
  readonly version?: string | undefined;
  readonly bytes: number;
}
