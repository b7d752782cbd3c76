import type { ReportDocument, ReviewDocument } from './report-document.ts';

/** For renderers of documents that nobody asks for what they cannot be of. See {@link formatsFor}. */
export function reviewed(document: ReportDocument): ReviewDocument {
  if (document.kind === 'contents' || document.kind === 'difference') return document;
  throw new Error(`a review of a ${document.kind}`);
}
