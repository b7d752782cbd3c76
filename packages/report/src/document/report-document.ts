import type { Contents } from '../contents/contents.ts';
import type { ContentsDifference } from '../difference/difference.ts';
import type { Judgement } from '../rules/rules.ts';
import type { ContentsSummary } from '../summary/summary.ts';

/** What a report command found out, before it is rendered. A kind of report that is added joins this union. */
export type ReportDocument = ContentsReport | DifferenceReport;

/** `block-pack report`. */
export interface ContentsReport {
  readonly kind: 'contents';
  readonly contents: Contents;
  readonly summary: ContentsSummary;
  /** Where there were rules to hold it against. */
  readonly judgement?: Judgement;
}

/** `block-pack diff`. */
export interface DifferenceReport {
  readonly kind: 'difference';
  readonly difference: ContentsDifference;
  /** Both sides whole, for renderers that show more than what changed. */
  readonly before: Contents;
  readonly after: Contents;
  /** Where there were rules to hold it against. */
  readonly judgement?: Judgement;
}
