import type { ReportDocument } from './report-document.ts';

/**
 * Makes the whole text of one format. Names in a document are any text that a file can have: a renderer escapes them for its format.
 * The same document gives the same text.
 */
export type Renderer = (document: ReportDocument, options: RenderOptions) => string;

export interface RenderOptions {
  /** Bytes that the text may have; a renderer that cuts says how much is missing. Unlimited where it is undefined. */
  readonly limit?: number;
  /** Rows of a table that people read; all where it is undefined. */
  readonly rows?: number;
}
