import type { StreamKind } from './typed-streams.ts';

/** Parts that stand for themselves. */
export const unitPlaces = ['field', 'method', 'attribute'] as const;

export type UnitPlace = (typeof unitPlaces)[number];

/**
 * What a walk over the body of a class file reads, and what comes of it: each implementation does something else with the same numbers. All
 * that a walk steers by comes from here, so that it goes the same way over a class file and over what was made of one.
 */
export interface ClassTape {
  u1(kind: StreamKind): number;
  u2(kind: StreamKind): number;
  u4(kind: StreamKind): number;
  /** Bytes that nothing is known of. */
  opaque(kind: StreamKind, length: number): void;
  /** An index of a constant in one byte. */
  constant1(kind: StreamKind): void;
  /** An index of a constant, or 0, in two bytes: as the class file has it. */
  constant2(kind: StreamKind): number;
  /** The same, where it mostly is what stood beside that other one before. */
  constantBeside(kind: StreamKind, other: number): void;
  /** The index of the text that is the name of an attribute. */
  attributeName(): number;
  /** Two bytes that are `from` and a difference. */
  difference(kind: StreamKind, from: number): number;
  /** Two bytes, of which what is left of `whole` behind them is small. */
  remainder(kind: StreamKind, whole: number): void;
  /** The four bytes of the length of what `walk` goes through, and that. */
  measured<W>(walk: (by: W) => void, by: W): void;
  /** What `walk` goes through is a part that stands for itself, known by what it is and what it is named by. */
  unit<W>(place: UnitPlace, name: number, type: number, walk: (by: W) => void, by: W): void;
  /** Position in the class file. */
  readonly at: number;
  /** Bytes that it has or may get behind it. */
  readonly left: number;
}
