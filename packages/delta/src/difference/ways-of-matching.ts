import { betweenRuns } from './between-runs.ts';
import { type Cover, growCovers, type Window } from './cover.ts';
import { longRuns } from './long-runs.ts';
import { exactCovers, type MatchSearch } from './match.ts';
import { EitherSearch, RepeatSearch } from './repeat-search.ts';
import { SuffixSearch } from './suffix-search.ts';

/** A way of matching: in the base alone, or also in what the new bytes repeat of themselves; from which threshold on. */
export type Way = readonly ['base' | 'either', number];

/** The best way is known when it was tried. What takes long is tried in the two ways that were best for its like. */
export const ways = {
  short: [
    ['either', 12],
    ['either', 16],
    ['either', 24],
    ['either', 32],
    ['base', 12],
    ['base', 16],
    ['base', 24],
  ],
  text: [
    ['either', 32],
    ['either', 16],
  ],
  // Class files like many covers; native code fewer, and it does not repeat itself.
  binary: [
    ['either', 12],
    ['base', 24],
  ],
} as const satisfies Record<string, readonly Way[]>;

/** Bytes of a window up to which all ways are tried. */
export const shortWindow = 8 << 20;

/**
 * Of long windows, long runs are taken as they are, and all ways look at what is between them. Shorter ones are looked at as a whole: class files
 * would be a third larger, since what is new resembles old bytes anywhere.
 * @param isPacked whether looking for what new bytes repeat of each other would find nothing, in a second for each megabyte
 * @param onPassed called now and then with what part of all the ways is gone, less than 1
 */
export function* coversOf(
  window: Window,
  isPacked: boolean,
  among?: readonly Way[],
  onPassed?: (share: number) => void,
): Iterable<readonly Cover[]> {
  const between = betweenRuns(window, window.bytes.length > shortWindow ? longRuns(window) : []);
  const near = between.window;
  const covers = (search: MatchSearch, threshold: number, way = 0, count = 1): Cover[] => {
    const exact = exactCovers(near, search, threshold, (share) => onPassed?.((way + share) / count));
    return growCovers(window, between.joined(exact));
  };
  if (near.baseLength === near.bytes.length || (near.baseLength === 0 && isPacked)) {
    yield growCovers(window, between.joined([]));
    return;
  }
  if (near.baseLength === 0) {
    yield covers(new RepeatSearch(near), 32);
    return;
  }
  const base = new SuffixSearch(near);
  const all = among ?? waysFor(near);
  for (const [way, [where, threshold]] of all.entries()) {
    const search = where === 'base' ? base : new EitherSearch(base, new RepeatSearch(near));
    yield covers(search, threshold, way, all.length);
  }
}

function waysFor(window: Window): readonly Way[] {
  return ways[window.bytes.length <= shortWindow ? 'short' : isText(window) ? 'text' : 'binary'];
}

/** One byte in this many tells text from other things. */
const sampleStep = 61;

/** Whether nearly all new bytes are ASCII text. */
function isText({ bytes, baseLength }: Window): boolean {
  let seen = 0;
  let plain = 0;
  for (let at = baseLength; at < bytes.length; at += sampleStep) {
    const byte = bytes[at] as number;
    seen++;
    if ((byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d)) plain++;
  }
  return plain >= seen * 0.9;
}
