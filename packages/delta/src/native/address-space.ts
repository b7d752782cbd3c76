import { countUpTo } from '../count-up-to.ts';
import { type Program, pageLength } from './programs.ts';

/** Programs of one side, their addresses one behind the other. */
export class AddressSpace {
  /** First address of each program; one more for the end. */
  readonly #programs: number[] = [0];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #addresses: number[] = [];
  readonly #owners: number[] = [];

  constructor(programs: readonly Program[], offset: number) {
    for (const [owner, { memory, runs }] of programs.entries()) {
      const first = this.#programs[owner] as number;
      for (const { at, length, address } of runs) {
        this.#starts.push(offset + at);
        this.#ends.push(offset + at + length);
        this.#addresses.push(first + address);
        this.#owners.push(owner);
      }
      this.#programs.push(first + Math.ceil(memory / pageLength) * pageLength);
    }
  }

  /** The first run that ends behind a position. */
  runBehind(position: number): number {
    return countUpTo(this.#ends, position);
  }

  startOf(run: number): number {
    return this.#starts[run] ?? Number.POSITIVE_INFINITY;
  }

  endOf(run: number): number {
    return this.#ends[run] ?? Number.POSITIVE_INFINITY;
  }

  /** What is added to a position in the run for its address. */
  shiftOf(run: number): number {
    return (this.#addresses[run] ?? 0) - this.startOf(run);
  }

  /** Addresses of the program of a run: the first, and the one behind the last. */
  programOf(run: number): readonly [number, number] {
    const owner = this.#owners[run] ?? 0;
    return [this.#programs[owner] ?? 0, this.#programs[owner + 1] ?? 0];
  }
}
