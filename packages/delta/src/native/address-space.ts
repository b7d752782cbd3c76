import { countUpTo } from '../count-up-to.ts';
import { type Program, pageLength } from './programs.ts';

/** A run of a program, at its place in the window. */
export interface AddressRun {
  readonly start: number;
  readonly end: number;
  /** What is added to a position in the run for its address. */
  readonly shift: number;
  /** Addresses of its program: the first, and the one behind the last. */
  readonly low: number;
  readonly high: number;
}

const { POSITIVE_INFINITY } = Number;

/** What stands behind the last one. */
const noRun: AddressRun = { start: POSITIVE_INFINITY, end: POSITIVE_INFINITY, shift: 0, low: 0, high: 0 };

/** Programs of one side, their addresses one behind the other. */
export class AddressSpace {
  readonly #runs: AddressRun[] = [];
  readonly #ends: number[] = [];

  constructor(programs: readonly Program[], offset: number) {
    let low = 0;
    for (const { memory, runs } of programs) {
      const high = low + Math.ceil(memory / pageLength) * pageLength;
      for (const { at, length, address } of runs) {
        const start = offset + at;
        this.#runs.push({ start, end: start + length, shift: low + address - start, low, high });
        this.#ends.push(start + length);
      }
      low = high;
    }
  }

  /** The number of the first run that ends behind a position. */
  runBehind(position: number): number {
    return countUpTo(this.#ends, position);
  }

  /** One that has no bytes where there are no more. */
  run(number: number): AddressRun {
    return this.#runs[number] ?? noRun;
  }
}
