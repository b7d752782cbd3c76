import { deltaInvalid } from '../difference/delta-invalid.ts';
import type { FilledWindow } from '../difference/filled-window.ts';
import { unfolded } from '../varint.ts';
import type { ClassSource } from './class-source.ts';
import { type ClassValues, noUnits, splitBody } from './class-units.ts';
import { type ConstantPool, readConstantPool } from './constant-pool.ts';
import { joinBody } from './join-body.ts';
import type { MadePool } from './made-pool.ts';
import { readConstants } from './read-constants.ts';
import { renumberReplaced } from './replaced-constants.ts';

/** What a class file is a change of: one of the section's base, one that was made before it, or nothing. The position is the id. */
export const olderWays = ['base', 'made', 'none'] as const;

/** The class file that is a change of nothing. */
export const noPool: ConstantPool = {
  bytes: new Uint8Array(),
  version: new Uint8Array(4),
  count: 1,
  tags: new Uint8Array(1),
  offsets: new Int32Array(1),
  end: 0,
};

/** A class file where it was made, and how many bytes of none are before it. */
interface MadeClass {
  readonly skipped: number;
  readonly start: number;
  readonly end: number;
}

/** Class files, one behind the other. */
export interface JoinedClasses {
  readonly bytes: Uint8Array;
  readonly classes: readonly MadeClass[];
}

/**
 * Makes all class files of a section.
 * @param base of the section
 * @param length bytes that the section makes
 * @throws DELTA_INVALID
 */
export function joinClasses(base: Uint8Array, length: number, from: ClassSource): JoinedClasses {
  const bytes = new Uint8Array(length);
  const classes: MadeClass[] = [];
  const older = new OlderClasses(base, bytes, classes, from);
  let start = 0;
  while (!from.isLast) {
    const skipped = from.number();
    const end = joinUnits(from, older.next(), bytes, start, (read) => older.spend(read));
    classes.push({ skipped, start, end });
    start = end;
  }
  return { bytes: bytes.subarray(0, start), classes };
}

/** What class files of a section are made of. */
export interface OlderClass {
  readonly pool: ConstantPool;
  readonly start: number;
  /** What it does not go beyond. */
  readonly end: number;
  readonly isOfBase: boolean;
}

export const noOlderClass: OlderClass = { pool: noPool, start: 0, end: 0, isOfBase: false };

class OlderClasses {
  readonly #base: Uint8Array;
  readonly #made: Uint8Array;
  readonly #classes: readonly MadeClass[];
  readonly #from: ClassSource;
  #left: number;
  #end = 0;

  constructor(base: Uint8Array, made: Uint8Array, classes: readonly MadeClass[], from: ClassSource) {
    this.#base = base;
    this.#made = made;
    this.#classes = classes;
    this.#from = from;
    this.#left = base.length + made.length;
  }

  next(): OlderClass {
    const way = olderWays[this.#from.number()];
    switch (way) {
      case 'none':
        return noOlderClass;
      case 'made': {
        const made = this.#classes.at(-1 - this.#from.number());
        if (made === undefined) throw deltaInvalid('a class file that is a change of one that is not there');
        const { start, end } = made;
        return { pool: readConstantPool(this.#made, start, end), start, end, isOfBase: false };
      }
      case 'base': {
        const start = this.#end + unfolded(this.#from.number());
        if (start < 0) throw deltaInvalid(`a class file at ${start} of the base`);
        const end = this.#base.length;
        return { pool: readConstantPool(this.#base, start, end), start, end, isOfBase: true };
      }
      default:
        throw deltaInvalid('a class file is a change of something unknown');
    }
  }

  /** Else one large class file could be read for thousands of small ones. */
  spend({ start, end, isOfBase }: OlderClass): void {
    if (isOfBase) this.#end = end;
    this.#left -= end - start;
    if (this.#left < 0) throw deltaInvalid('class files are changes of more than they may be');
  }
}

/**
 * Makes a class file, and returns where it ends.
 * @param onRead called with its older one when it is known where that ends
 * @throws DELTA_INVALID
 */
export function joinUnits(
  from: ClassSource,
  older: OlderClass,
  bytes: Uint8Array,
  start: number,
  onRead: (older: OlderClass) => void,
): number {
  const { pool, renumbered } = joinConstants(from, older, bytes.length - start);
  const values = valuesOf(older, pool, renumbered);
  onRead({ ...older, end: values.end });
  return joinValues(pool, values, from, bytes, start);
}

/**
 * Makes the constants of a class file.
 * @param limit bytes that they may have
 * @throws DELTA_INVALID
 */
export function joinConstants(
  from: ClassSource,
  { pool: old, isOfBase }: OlderClass,
  limit: number,
): MadePool {
  const version =
    from.number() === 0 ? old.version : Uint8Array.from({ length: 4 }, () => from.number() & 0xff);
  const count = old.count + unfolded(from.number());
  if (count < 1 || count > 0xffff) throw deltaInvalid(`a class file of ${count} constants`);
  return readConstants(from, old, { version, count }, limit, isOfBase);
}

/** Makes the rest of it, and returns where it ends. */
export function joinValues(
  pool: ConstantPool,
  values: ClassValues,
  from: ClassSource,
  bytes: Uint8Array,
  start: number,
): number {
  bytes.set(pool.bytes, start);
  from.beginValues(values);
  return joinBody(pool, values, from, bytes, start + pool.end);
}

/**
 * With the numbers that constants have in the new one, or those have that replaced them.
 * @param renumbered by index of an old constant the new one that it became, or 0
 */
export function valuesOf({ pool, end }: OlderClass, now: ConstantPool, renumbered: Uint16Array): ClassValues {
  if (pool === noPool) return { bytes: new Uint8Array(), units: noUnits, end: 0 };
  const replaced = renumbered.slice();
  renumberReplaced(pool, now, replaced);
  return splitBody(pool, pool.end, end, replaced);
}

/**
 * Class files among the other bytes of a section, which a window is filled with.
 * @throws DELTA_INVALID where others are too few
 */
export function* amongOthers({ bytes, classes }: JoinedClasses, others: FilledWindow): Generator<Uint8Array> {
  let at = others.start;
  for (const { skipped, start, end } of classes) {
    if (skipped > others.bytes.length - at) throw deltaInvalid('a class file behind all new bytes');
    yield* others.part(at, at + skipped);
    yield bytes.subarray(start, end);
    at += skipped;
  }
  yield* others.rest(at);
}
