import type { Contents } from '../contents/contents.ts';
import type { ContentsDifference } from '../difference/difference.ts';
import type { UpdateHistory } from '../forecast/update-history.ts';
import type { Judgement } from '../rules/rules.ts';
import type { Sharing } from '../share/sharing.ts';
import type { ContentsSummary } from '../summary/summary.ts';

/** What a report command found out, before it is rendered. A kind of report that is added joins this union. */
export type ReportDocument = ReviewDocument | ShareReport | ForecastReport;

/** Of one application or its update: what rules, bills of materials and findings are about. */
export type ReviewDocument = ContentsReport | DifferenceReport;

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

/** `block-pack share`. */
export interface ShareReport {
  readonly kind: 'share';
  readonly sharing: Sharing;
}

/** `block-pack forecast`. */
export interface ForecastReport {
  readonly kind: 'forecast';
  readonly history: UpdateHistory;
}
