import type { DifferenceFigures } from '../difference/difference.ts';
import type { Ecosystem } from '../versions/ecosystem.ts';

/** What updates have cost: the changes of committed import manifests, each against the state before. Dates are those of commits, in UTC. */
export interface UpdateHistory {
  /** The manifests, as the user named them. */
  readonly names: readonly string[];
  readonly figures: HistoryFigures;
  /** Every month from the first to the last, also those without an update. */
  readonly months: readonly MonthCost[];
  /** What shipped most first. */
  readonly packages: readonly PackageCost[];
  /** The oldest first. */
  readonly changes: readonly HistoryChange[];
}

export interface HistoryFigures {
  /** Commits that changed what is shipped, or how; a manifest's first commit is none. */
  readonly updates: number;
  /** Bytes of blocks that the states before did not have. */
  readonly ship: number;
  /** Bytes of all blocks after each update: what would have been shipped, were every update one layer. */
  readonly whole: number;
  /** `ship` by the number of months. */
  readonly perMonth: number;
  readonly trend?: Trend;
}

/** The last months against as many before them: half of all, and six at most. */
export interface Trend {
  readonly months: number;
  /** Bytes per month. */
  readonly before: number;
  readonly last: number;
}

export interface MonthCost {
  /** `2024-05` */
  readonly month: string;
  readonly updates: number;
  readonly ship: number;
  readonly whole: number;
}

/** A package in all its versions. */
export interface PackageCost {
  readonly ecosystem: Ecosystem;
  readonly name: string;
  /** Updates that shipped something of it. */
  readonly updates: number;
  readonly ship: number;
  /** The last one that shipped. */
  readonly version?: string;
}

/** `first`: there was no state before; `removed`: the manifest went away. */
export type HistoryChangeKind = 'first' | 'update' | 'removed';

/** A commit that changed a manifest. */
export interface HistoryChange {
  readonly kind: HistoryChangeKind;
  readonly name: string;
  readonly commit: string;
  /** `2024-05-17T09:00:00Z` */
  readonly date: string;
  /** For a first state nothing, since it is no update. */
  readonly ship: number;
  /** Of all blocks after it. */
  readonly bytes: number;
  readonly packages: DifferenceFigures['packages'];
}
