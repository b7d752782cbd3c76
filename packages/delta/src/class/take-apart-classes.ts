import { BlockPackError, concat } from '@block-pack/core';
import type { Window } from '../difference/cover.ts';
import { totalLength } from '../difference/packing.ts';
import { areEqual } from '../equal-bytes.ts';
import { type ClassValues, splitBody, type Units } from './class-units.ts';
import type { ConstantPool } from './constant-pool.ts';
import {
  joinConstants,
  joinValues,
  noOlderClass,
  type OlderClass,
  olderWays,
  valuesOf,
} from './join-classes.ts';
import type { ContentPair } from './level-classes.ts';
import { NearestClass, poolAt } from './nearest-class.ts';
import type { ContentPlace } from './split-contents.ts';
import {
  eachUnitStream,
  openUnitWriters,
  PlainClassSource,
  type UnitStreams,
  type UnitStreamWriters,
} from './unit-streams.ts';
import { writeConstants } from './write-constants.ts';

/** Contents of a window that may be class files. */
export interface ClassContents {
  /** Those of the base. */
  readonly bases: readonly ContentPlace[];
  /** New ones, in their order. */
  readonly news: readonly ContentPlace[];
  /** Which of the base some of the new ones are compared with. */
  readonly pairs: readonly ContentPair[];
}

/** A window without its new class files, and these as changes of older ones. */
export interface WindowApart {
  readonly window: Window;
  readonly streams: UnitStreams;
}

/**
 * Takes new class files out of a window. What is none, and what does not come back to the byte, stays. A class file without a counterpart is
 * compared with the one, older or before it, with which it has most texts in common.
 * @param most bytes of streams that are of use
 * @returns undefined where there is no class file, or more would come of them
 */
export function takeApartClasses(
  window: Window,
  contents: ClassContents,
  most: number,
): WindowApart | undefined {
  const { bytes, baseLength } = window;
  const to = openUnitWriters();
  const one = openUnitWriters();
  const older = new OlderChoice(bytes, contents);
  const others: Uint8Array[] = [bytes.subarray(0, baseLength)];
  let at = baseLength;
  for (const { start, length } of contents.news) {
    const end = start + length;
    const pool = poolAt(bytes, start, end);
    if (pool === undefined) continue;
    const now = { pool, start, end };
    const old = [older.choose(now), noOlder].find((old) => takeApart(old, now, one));
    if (old === undefined) continue;
    to.unitClasses.add(start - at);
    older.write(to, old);
    eachUnitStream((name) => to[name].addBytes(one[name].bytes()));
    if (totalLength(Object.values(to)) > most) return undefined;
    others.push(bytes.subarray(at, start));
    at = end;
    older.add(now);
  }
  if (to.unitClasses.length === 0) return undefined;
  others.push(bytes.subarray(at));
  return {
    window: { bytes: concat(others), baseLength },
    streams: eachUnitStream((name) => to[name].bytes()),
  };
}

/** A class file in the window. */
type PlacedClass = Pick<OlderClass, 'pool' | 'start' | 'end'>;

/** One that another is a change of; `number` counts those that were made, and is -1 for others. */
interface Older extends OlderClass {
  readonly number: number;
}

const noOlder: Older = { ...noOlderClass, number: -1 };

/** Chooses older class files within what a section may have of them. */
class OlderChoice {
  readonly #bytes: Uint8Array;
  readonly #pairs: ReadonlyMap<number, ContentPair>;
  readonly #near = new NearestClass<Older>();
  /** Those that are not among them yet: where all have counterparts, none is looked for. */
  #bases: readonly ContentPlace[];
  #left: number;
  #baseEnd = 0;
  #count = 0;

  constructor(bytes: Uint8Array, { bases, pairs }: ClassContents) {
    this.#bytes = bytes;
    this.#left = bytes.length;
    this.#pairs = new Map(pairs.map((pair) => [pair.target, pair]));
    this.#bases = bases;
  }

  choose({ pool, start }: PlacedClass): Older {
    const pair = this.#pairs.get(start);
    const old = pair === undefined ? this.#nearest(pool) : this.#counterpart(pair);
    return old === undefined || old.end - old.start > this.#left ? noOlder : old;
  }

  #nearest(now: ConstantPool): Older | undefined {
    for (const { start, length } of this.#bases) {
      const old = this.#classOfBase(start, start + length);
      if (old !== undefined) this.#near.add(old.pool, old);
    }
    this.#bases = [];
    return this.#near.find(now);
  }

  #counterpart({ source, sourceLength }: ContentPair): Older | undefined {
    return this.#classOfBase(source, source + sourceLength);
  }

  #classOfBase(start: number, end: number): Older | undefined {
    const pool = poolAt(this.#bytes, start, end);
    return pool && { pool, start, end, isOfBase: true, number: -1 };
  }

  write({ unitClasses }: UnitStreamWriters, old: Older): void {
    unitClasses.add(olderWays.indexOf(old === noOlder ? 'none' : old.isOfBase ? 'base' : 'made'));
    if (old === noOlder) return;
    this.#left -= old.end - old.start;
    if (!old.isOfBase) {
      unitClasses.add(this.#count - 1 - old.number);
      return;
    }
    unitClasses.addSigned(old.start - this.#baseEnd);
    this.#baseEnd = old.end;
  }

  add(made: PlacedClass): void {
    this.#near.add(made.pool, { ...made, isOfBase: false, number: this.#count++ });
  }
}

/** Writes a class file as a change of another, and tells whether it comes back. */
function takeApart(old: OlderClass, now: PlacedClass, to: UnitStreamWriters): boolean {
  eachUnitStream((name) => to[name].cut(0));
  try {
    writeHeader(old.pool, now.pool, to);
    const renumbered = writeConstants(old.pool, now.pool, to);
    const before = valuesOf(old, now.pool, renumbered);
    const values = splitBody(now.pool, now.pool.end, now.end);
    if (before.end !== old.end || values.end !== now.end) return false;
    writeUnits(before, values, to);
    return comesBack(now, old, { renumbered, values: before }, to);
  } catch (error) {
    if (error instanceof BlockPackError) return false;
    throw error;
  }
}

function writeHeader(old: ConstantPool, now: ConstantPool, { unitClasses }: UnitStreamWriters): void {
  const isSameVersion = Buffer.compare(old.version, now.version) === 0;
  unitClasses.add(isSameVersion ? 0 : 1);
  if (!isSameVersion) for (const byte of now.version) unitClasses.add(byte);
  unitClasses.addSigned(now.count - old.count);
}

/** Says which units are what they were, and the values of all others. */
function writeUnits(old: ClassValues, now: ClassValues, to: UnitStreamWriters): void {
  const write = (olds: Units | undefined, news: Units, start: number, end: number): void => {
    let at = start;
    for (const [key, unit] of news) {
      to.unitValues.addBytes(now.bytes.subarray(at, unit.start));
      at = unit.end;
      const before = olds?.get(key);
      const isSame = before !== undefined && isEqual(old, before, now, unit);
      if (before !== undefined) to.units.addByte(isSame ? 0 : 1);
      if (!isSame) write(before?.units, unit.units, unit.start, unit.end);
    }
    to.unitValues.addBytes(now.bytes.subarray(at, end));
  };
  write(old.units, now.units, 0, now.bytes.length);
}

interface Run {
  readonly start: number;
  readonly end: number;
}

function isEqual(old: ClassValues, before: Run, now: ClassValues, after: Run): boolean {
  const length = after.end - after.start;
  return (
    before.end - before.start === length && areEqual(old.bytes, before.start, now.bytes, after.start, length)
  );
}

/** What an older class file has, by what its constants became. */
interface OldValues {
  readonly renumbered: Uint16Array;
  readonly values: ClassValues;
}

/** Reads what was written; but what a reader would make of the same numbers in the same way is not made again. */
function comesBack(now: PlacedClass, old: OlderClass, known: OldValues, written: UnitStreamWriters): boolean {
  const length = now.end - now.start;
  const from = new PlainClassSource(eachUnitStream((name) => written[name].bytes()));
  const { pool, renumbered } = joinConstants(from, old, length);
  if (renumbered.some((index, at) => index !== known.renumbered[at])) return false;
  const made = new Uint8Array(length);
  const end = joinValues(pool, known.values, from, made, 0);
  from.end();
  return end === length && areEqual(made, 0, now.pool.bytes, now.start, length);
}
