import { deltaInvalid } from '../difference/delta-invalid.ts';
import type { StreamKind } from './typed-streams.ts';

/** Takes the values of class files one by one, or gives them: whoever goes through a class file is told the same either way. */
export interface ValueCoder {
  /** The value that comes next: `value` where values are written. Below 2^32. */
  code(kind: StreamKind, value: number): number;
  /** A value that comes next, and that both sides know. */
  pass(kind: StreamKind, value: number): void;
  /** The same, where much depends on it. */
  lead(kind: StreamKind, value: number): void;
}

/** Remembers values, to give them again in their order. */
export class RecordedValues implements ValueCoder {
  readonly #values: number[] = [];
  #given = 0;
  #isGiving = false;

  clear(): void {
    this.#values.length = 0;
    this.#isGiving = false;
  }

  /** From now on, values are given. */
  give(): void {
    this.#given = 0;
    this.#isGiving = true;
  }

  code(_kind: StreamKind, value: number): number {
    if (!this.#isGiving) this.#values.push(value);
    const given = this.#isGiving ? this.#values[this.#given++] : value;
    if (given === undefined) throw deltaInvalid('values of class files end too early');
    return given;
  }

  pass(): void {}

  lead(): void {}
}
