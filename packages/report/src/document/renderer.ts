import type { ReportDocument } from './report-document.ts';

/**
 * Makes the whole text of one format. Names in a document are any text that a file can have: a renderer escapes them for its format.
 * The same document and options give the same text.
 */
export type Renderer = (document: ReportDocument, options: RenderOptions) => string;

/** For those formats that heed them. */
export interface RenderOptions {
  /** Bytes that the text may have in UTF-8; what is cut is counted in it. Unlimited where it is undefined. */
  readonly limit?: number;
  /** Rows of a table; as the format chooses where it is undefined. */
  readonly rows?: number;
  /** How many files that changed inside a package are listed; none where it is undefined. */
  readonly inside?: number;
  /** When it is said to be made, in RFC 3339; nothing where it is undefined. */
  readonly created?: string;
  /** How a heading is made to stand out on a terminal. */
  emphasis?(text: string): string;
}
