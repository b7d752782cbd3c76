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

/** Where nothing is mixed, nobody asks it. */
export const noCoder: ValueCoder = { code: (_, value) => value, pass: () => {}, lead: () => {} };
