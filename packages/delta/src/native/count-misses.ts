import { countUpTo } from '../count-up-to.ts';
import { type Cover, isOfBase, type Window } from '../difference/cover.ts';
import type { Programs } from './programs.ts';
import { ReferencePrediction } from './reference-prediction.ts';

/** Bytes of the base; those of a list lie in their order, none upon another. */
interface Area {
  readonly at: number;
  readonly length: number;
}

/** Counts how many bytes of the copies of areas are other ones than what is expected of them. */
export class MissCount {
  readonly #window: Window;
  readonly #covers: readonly Cover[];
  /** What copies are made in: behind each cover it is what it was. */
  readonly #made: Uint8Array;

  constructor(window: Window, covers: readonly Cover[]) {
    this.#window = window;
    this.#covers = covers;
    this.#made = window.bytes.slice();
  }

  /** For each area. Where no region of the programs is, copies are expected to be what they are copied from. */
  of(areas: readonly Area[], programs: Programs): Int32Array {
    const { bytes, baseLength } = this.#window;
    const made = this.#made;
    const misses = new Int32Array(areas.length);
    const ends = areas.map(({ at, length }) => at + length);
    const prediction =
      programs.regions.length === 0
        ? undefined
        : new ReferencePrediction({ bytes: made, baseLength }, programs, this.#covers);
    for (const cover of this.#covers) {
      const { target, source, length } = cover;
      const shift = target - source;
      for (let i = countUpTo(ends, source); i < areas.length; i++) {
        const start = Math.max(source, (areas[i] as Area).at);
        const end = Math.min(source + length, ends[i] as number);
        if (start >= end) break;
        if (prediction === undefined || !isOfBase(cover, baseLength)) {
          misses[i] = (misses[i] as number) + unlike(bytes, start, end, shift);
          continue;
        }
        // What is copied of no area is expected to be what it is: it needs no look.
        prediction.copy({ source: start, target: start + shift, length: end - start }, (from, to) => {
          for (let at = from; at < to; at++) {
            if (made[at] === bytes[at]) continue;
            made[at] = bytes[at] as number;
            misses[i] = (misses[i] as number) + 1;
          }
        });
      }
    }
    return misses;
  }
}

/** How many bytes between two positions are not those that stand `shift` further. */
function unlike(bytes: Uint8Array, start: number, end: number, shift: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if (bytes[at] !== bytes[at + shift]) count++;
  return count;
}
