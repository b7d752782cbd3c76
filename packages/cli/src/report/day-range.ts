import { BlockPackError } from '@block-pack/core';
import type { HistoryRange } from '@block-pack/report';

/** Days in UTC, both included. @throws USAGE */
export function dayRange({
  since,
  until,
}: {
  readonly since?: string;
  readonly until?: string;
}): HistoryRange {
  const range = {
    ...(since === undefined ? {} : { since: startOf(since, '--since') }),
    ...(until === undefined ? {} : { until: startOf(until, '--until') + 86_399 }),
  };
  if (range.since === undefined || range.until === undefined || range.since <= range.until) return range;
  throw new BlockPackError('USAGE', `--since ${since} is later than --until ${until}`, {
    hint: 'Exchange them.',
  });
}

/** No words such as "last month": they would mean another day tomorrow. @returns seconds since 1970 */
function startOf(day: string, option: string): number {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // A 31st of February is taken for a day of March.
  if (!Number.isNaN(time) && time >= 0 && new Date(time).toISOString().startsWith(day)) return time / 1000;
  throw new BlockPackError('USAGE', `${option} ${day} is no day`, {
    hint: 'Expected a date such as 2024-05-17, in UTC.',
  });
}
