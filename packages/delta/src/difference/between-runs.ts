import type { Cover, Window } from './cover.ts';
import { shortestMatch } from './match.ts';

/** What runs leave of a window, as a shorter one, and what is found there as covers of the whole. */
export interface Remainder {
  readonly window: Window;
  /** The runs and, between them, what was found in the {@link window}. */
  joined(found: readonly Cover[]): Cover[];
}

/** What is new may come from so far beside a run, or as far as there are new bytes. */
const nearby = 1 << 16;

/**
 * The bytes that no run makes, and those of the base that no run copies: where little is new, only what is near a run, since that is where it is most
 * like something, and a suffix array of all would take seconds.
 * @param runs sorted by target, without overlaps
 */
export function betweenRuns(window: Window, runs: readonly Cover[]): Remainder {
  if (runs.length === 0) return { window, joined: (found) => [...found] };
  const { bytes, baseLength } = window;
  const used = runs.map(({ source, length }) => ({ start: source, end: source + length }));
  const made = runs.map(({ target, length }) => ({ start: target, end: target + length }));
  const fresh = gaps(baseLength, bytes.length, made);
  const near = Math.max(nearby, lengthOf(fresh));
  const base = gaps(0, baseLength, used).flatMap((gap) => edgesOf(gap, near, baseLength));
  const places = new Places([...base, ...fresh]);
  return {
    window: { bytes: places.bytesOf(bytes), baseLength: lengthOf(base) },
    joined: (found) =>
      [...runs, ...found.flatMap((cover) => places.inWhole(cover))].sort((a, b) => a.target - b.target),
  };
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** What is left between stretches, which may overlap. */
function gaps(start: number, end: number, taken: readonly Stretch[]): Stretch[] {
  const left: Stretch[] = [];
  let at = start;
  for (const one of [...taken].sort((a, b) => a.start - b.start)) {
    if (one.start >= end) break;
    if (one.start > at) left.push({ start: at, end: one.start });
    at = Math.max(at, one.end);
  }
  if (at < end) left.push({ start: at, end });
  return left;
}

/** What of a gap in the base is near a run. */
function edgesOf({ start, end }: Stretch, near: number, baseLength: number): Stretch[] {
  const first = start === 0 ? start : Math.min(end, start + near);
  const last = end === baseLength ? end : Math.max(start, end - near);
  if (first >= last) return [{ start, end }];
  return [
    { start, end: first },
    { start: last, end },
  ].filter((edge) => edge.start < edge.end);
}

function lengthOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { start, end }) => sum + end - start, 0);
}

/** Stretches of a window, one behind the other. */
class Places {
  readonly #stretches: readonly Stretch[];
  /** Where in the shorter window each stretch begins, and where the last one ends. */
  readonly #starts: readonly number[];

  constructor(stretches: readonly Stretch[]) {
    this.#stretches = stretches;
    let at = 0;
    this.#starts = [0, ...stretches.map(({ start, end }) => (at += end - start))];
  }

  bytesOf(bytes: Uint8Array): Uint8Array {
    const kept = new Uint8Array(this.#starts.at(-1) ?? 0);
    for (const [i, { start, end }] of this.#stretches.entries())
      kept.set(bytes.subarray(start, end), this.#starts[i]);
    return kept;
  }

  /** A cover of the shorter window, cut where its target or its source goes over an end; what is too short for a cover is left out. */
  inWhole({ target, source, length }: Cover): Cover[] {
    const covers: Cover[] = [];
    for (let done = 0; done < length; ) {
      const [to, from] = [this.#find(target + done), this.#find(source + done)];
      const step = Math.min(length - done, to.left, from.left);
      if (step >= shortestMatch) covers.push({ target: to.at, source: from.at, length: step });
      done += step;
    }
    return covers;
  }

  /** Where a position is in the whole window, and how many bytes of its stretch are left from there on. */
  #find(position: number): { readonly at: number; readonly left: number } {
    let low = 0;
    let high = this.#stretches.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) <= position) low = middle;
      else high = middle;
    }
    const { start, end } = this.#stretches[low] ?? { start: 0, end: 0 };
    const at = start + position - (this.#starts[low] ?? 0);
    return { at, left: end - at };
  }
}
