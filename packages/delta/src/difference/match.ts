import type { Cover, Window } from './cover.ts';

/** Shorter matches are not looked for: a cover of so few bytes costs more than it saves. A multiple of four. */
export const shortestMatch = 12;

/** Finds matches of bytes in those before them. */
export interface MatchSearch {
  /** Where the last match found begins. */
  readonly matchSource: number;
  /** Bytes compared so far: the measure of work. */
  readonly compared: number;
  /** Length of the longest match that is known for the bytes at `at`; 0 for none worth a cover. Positions are asked for in rising order. */
  longest(at: number): number;
}

/** Bytes that may be compared for each new one before the search ends and the rest is literal. Real data stay far below it. */
const workPerByte = 256;

/** New bytes after which it is said how far the search is: a few of them take a tenth of a second. */
const reportStep = 1 << 16;

/**
 * Covers of the new bytes, approximate as in bsdiff (Percival, "Naive differences of executable code", 2003): another source is taken
 * only where it agrees in more than `threshold` bytes more than going on where we are would. They are what matches exactly; `growCovers`
 * makes them as long as they should be.
 * @param onPassed called now and then with what part of the new bytes is passed, less than 1
 */
export function exactCovers(
  { bytes, baseLength }: Window,
  search: MatchSearch,
  threshold: number,
  onPassed?: (share: number) => void,
): Cover[] {
  const covers: Cover[] = [];
  const budget = search.compared + (bytes.length - baseLength) * workPerByte + (1 << 20);
  // Where we are: new byte `at` against byte `at + shift`.
  let shift = -bytes.length;
  let scan = baseLength;
  // `agreeing` of the bytes in [scan, counted) go on as they did.
  let counted = scan;
  let agreeing = 0;
  let reportAt = scan + reportStep;
  while (scan < bytes.length && search.compared < budget) {
    if (scan >= reportAt) {
      onPassed?.((scan - baseLength) / (bytes.length - baseLength));
      reportAt = scan + reportStep;
    }
    const length = search.longest(scan);
    while (counted < scan + length) if (bytes[counted] === bytes[counted++ + shift]) agreeing++;
    const leaves = length > agreeing + threshold;
    if (leaves) {
      covers.push({ target: scan, source: search.matchSource, length });
      shift = search.matchSource - scan;
    }
    if (leaves || (length > 0 && length === agreeing)) {
      scan += length;
      counted = scan;
      agreeing = 0;
      continue;
    }
    // Where going on is nearly as good all along, a better match that begins in there reaches further, and grows back to its beginning.
    const next = scan + (length > 4 * threshold ? length >> 1 : 1);
    for (; scan < Math.min(next, counted); scan++) if (bytes[scan] === bytes[scan + shift]) agreeing--;
    scan = next;
    counted = Math.max(counted, scan);
  }
  return covers;
}
