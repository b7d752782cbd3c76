import type { UnitPlace } from './class-tape.ts';
import type { ClassValues } from './class-units.ts';
import type { ConstantPlan } from './constant-plan.ts';
import type { StreamKind } from './typed-streams.ts';

/** What class files are made of, asked for one by one, each when all before it is known: so it can be said by what is known. */
export interface ClassSource {
  /** Whether all class files are said. */
  readonly isLast: boolean;
  /** @throws DELTA_INVALID if anything is left */
  end(): void;
  /** Where class files lie, and what they are made of. */
  number(): number;
  /** How the next constant is said: see {@link ConstantPlan}. */
  step(plan: ConstantPlan): number;
  /** A signed number. */
  seek(): number;
  /** The tags of all constants are known. */
  beginConstants(tags: Uint8Array): void;
  /**
   * A text, without the 0 that ends it.
   * @param use of it: the tag of the first constant that names it, or {@link typeUse}, or 0
   * @param place in the section's base, of the text that it is edited from; -1 where there is none
   */
  text(use: number, place: number): Uint8Array;
  /** The constants are known. */
  beginValues(old: ClassValues): void;
  /** What comes next is expected to be what stands at this place among the old values. */
  follow(place: number): void;
  /** Whether a unit is what it was; that has so many bytes. */
  isSame(place: UnitPlace, length: number): boolean;
  /**
   * The next byte of a value.
   * @param index of the byte in it
   * @param before the bytes of it before this one, the first highest
   */
  byte(kind: StreamKind, index: number, before: number): number;
  /** A constant was named, or 0. */
  named(kind: StreamKind, index: number): void;
}

/** A text that is the second part of a name and type. */
export const typeUse = 28;
