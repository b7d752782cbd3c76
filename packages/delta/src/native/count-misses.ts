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
      let area = countUpTo(ends, source);
      if (area === areas.length || (areas[area] as Area).at >= source + length) continue;
      const correct = (from: number, to: number): void => {
        for (let at = from; at < to; at++) {
          if (made[at] === bytes[at]) continue;
          made[at] = bytes[at] as number;
          const old = at - target + source;
          while (area < areas.length && (ends[area] as number) <= old) area++;
          if (area < areas.length && (areas[area] as Area).at <= old)
            misses[area] = (misses[area] as number) + 1;
        }
      };
      if (prediction !== undefined && isOfBase(cover, baseLength)) prediction.copy(cover, correct);
      else {
        made.copyWithin(target, source, source + length);
        correct(target, target + length);
      }
    }
    return misses;
  }
}
