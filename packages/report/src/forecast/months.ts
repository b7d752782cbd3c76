import type { HistoryChange, MonthCost, Trend } from './update-history.ts';

/** Months of each side of a trend at most: what is older says little of today. */
const trendMonths = 6;

/** What months are listed even where nothing happened; in seconds since 1970. */
export interface MonthRange {
  readonly from?: number;
  readonly to?: number;
}

/** Every month from the first change to the last, and those of the range. @param changes by their dates */
export function monthsOf(changes: readonly HistoryChange[], { from, to }: MonthRange): MonthCost[] {
  const numbers = [...changes.map(({ date }) => Date.parse(date) / 1000), from, to]
    .filter((time) => time !== undefined)
    .map(monthNumber);
  if (changes.length === 0 && from === undefined) return [];
  const start = numbers.reduce((least, one) => Math.min(least, one), Infinity);
  const end = numbers.reduce((most, one) => Math.max(most, one), start);
  const months = Array.from({ length: end - start + 1 }, (_, at) => emptyMonth(start + at));
  for (const { kind, date, ship, bytes } of changes) {
    const at = monthNumber(Date.parse(date) / 1000) - start;
    const month = months[at];
    if (month === undefined || kind !== 'update') continue;
    months[at] = {
      ...month,
      updates: month.updates + 1,
      ship: month.ship + ship,
      whole: month.whole + bytes,
    };
  }
  return months;
}

/** Undefined for less than two months. */
export function trendOf(all: readonly MonthCost[]): Trend | undefined {
  const months = Math.min(trendMonths, Math.floor(all.length / 2));
  if (months === 0) return undefined;
  const perMonth = (part: readonly MonthCost[]) =>
    Math.round(part.reduce((sum, { ship }) => sum + ship, 0) / months);
  return { months, before: perMonth(all.slice(-2 * months, -months)), last: perMonth(all.slice(-months)) };
}

/** Months since the year 0. */
function monthNumber(time: number): number {
  const date = new Date(time * 1000);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function emptyMonth(number: number): MonthCost {
  const year = String(Math.floor(number / 12)).padStart(4, '0');
  return { month: `${year}-${String((number % 12) + 1).padStart(2, '0')}`, updates: 0, ship: 0, whole: 0 };
}
