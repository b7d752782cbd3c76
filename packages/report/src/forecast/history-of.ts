import { compareBytewise } from '@block-pack/core';
import { type Contents, contentsOf } from '../contents/contents.ts';
import { diffContents } from '../difference/diff-contents.ts';
import type { ContentsDifference } from '../difference/difference.ts';
import { type MonthRange, monthsOf, trendOf } from './months.ts';
import { PackageCosts } from './package-costs.ts';
import type { HistoryChange, UpdateHistory } from './update-history.ts';

/** A manifest as a commit left it. */
export interface HistoryState {
  /** Which manifest, as the user named it. */
  readonly name: string;
  readonly commit: string;
  /** Of the commit, in seconds since 1970. */
  readonly time: number;
  /** Undefined where the commit removed it. */
  readonly contents: Contents | undefined;
}

/** Which of the states count, both ends included; the others are what those are compared with. In seconds since 1970. */
export interface HistoryRange {
  readonly since?: number;
  readonly until?: number;
  /** Up to when it is known that nothing else happened: the date of the newest commit. */
  readonly known?: number;
}

/**
 * @param states of each manifest the oldest first, in the order of its history, which the dates may not follow
 */
export async function historyOf(
  names: readonly string[],
  states: AsyncIterable<HistoryState> | Iterable<HistoryState>,
  range: HistoryRange = {},
): Promise<UpdateHistory> {
  const costs = new PackageCosts();
  const changes: HistoryChange[] = [];
  const before = new Map<string, Contents>();
  let isOlder = false;
  for await (const state of states) {
    const { name, contents } = state;
    const past = before.get(name);
    // What was removed may come back, and sites have it still.
    if (contents !== undefined) before.set(name, contents);
    isOlder ||= state.time < (range.since ?? -Infinity);
    if (!isWithin(range, state.time)) continue;
    const difference = diffContents(past ?? nothing(name), contents ?? nothing(name));
    const change = changeOf(state, past, difference);
    changes.push(change);
    if (change.kind === 'update') costs.add(difference, state.time);
  }
  changes.sort((a, b) => compareBytewise(a.date, b.date));
  const months = monthsOf(changes, monthRange(range, isOlder));
  const updates = changes.filter(({ kind }) => kind === 'update');
  const ship = sum(updates.map((one) => one.ship));
  const trend = trendOf(months);
  return {
    names,
    figures: {
      updates: updates.length,
      ship,
      whole: sum(updates.map(({ bytes }) => bytes)),
      perMonth: months.length === 0 ? 0 : Math.round(ship / months.length),
      ...(trend === undefined ? {} : { trend }),
    },
    months,
    packages: costs.all(),
    changes,
  };
}

function isWithin({ since = -Infinity, until = Infinity }: HistoryRange, time: number): boolean {
  return time >= since && time <= until;
}

/** Months before the first state are none without updates. */
function monthRange({ since, until = Infinity, known }: HistoryRange, isOlder: boolean): MonthRange {
  return {
    ...(since !== undefined && isOlder ? { from: since } : {}),
    ...(known === undefined ? {} : { to: Math.min(known, until) }),
  };
}

function nothing(name: string): Contents {
  return contentsOf({ name, source: { kind: 'manifest' }, manifests: [] });
}

function changeOf(
  { name, commit, time, contents }: HistoryState,
  past: Contents | undefined,
  { figures }: ContentsDifference,
): HistoryChange {
  const kind = contents === undefined ? 'removed' : past === undefined ? 'first' : 'update';
  return {
    kind,
    name,
    commit,
    date: new Date(time * 1000).toISOString().replace('.000', ''),
    ship: kind === 'update' ? figures.ship : 0,
    bytes: figures.bytes,
    packages: figures.packages,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
