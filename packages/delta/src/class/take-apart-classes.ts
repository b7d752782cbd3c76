import { BlockPackError, concat } from '@block-pack/core';
import type { Window } from '../difference/cover.ts';
import { totalLength } from '../difference/packing.ts';
import { type ClassValues, splitBody, type Units } from './class-units.ts';
import { type ConstantPool, readConstantPool } from './constant-pool.ts';
import { joinUnits, noOlderClass, type OlderClass, olderWays, valuesOf } from './join-classes.ts';
import type { ContentPair } from './level-classes.ts';
import { NearestClass, poolAt } from './nearest-class.ts';
import { renumberReplaced } from './replaced-constants.ts';
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
  const older = new OlderChoice(bytes, contents);
  const others: Uint8Array[] = [bytes.subarray(0, baseLength)];
  let at = baseLength;
  for (const { start, length } of contents.news) {
    const target = bytes.subarray(start, start + length);
    const pool = poolAt(target, 0, length);
    if (pool === undefined) continue;
    const old = older.choose(start, pool);
    const apart = takeApart(pool, target, old) ?? takeApart(pool, target, undefined);
    if (apart === undefined) continue;
    to.unitClasses.add(start - at);
    older.write(to, apart.old);
    eachUnitStream((name) => to[name].addBytes(apart.streams[name]));
    if (totalLength(Object.values(to)) > most) return undefined;
    others.push(bytes.subarray(at, start));
    at = start + length;
    older.add(pool, start, at);
  }
  if (to.unitClasses.length === 0) return undefined;
  others.push(bytes.subarray(at));
  return {
    window: { bytes: concat(others), baseLength },
    streams: eachUnitStream((name) => to[name].bytes()),
  };
}

/** An older class file in the window; `number` counts those that were made, and is -1 in the base. */
interface Older extends OlderClass {
  readonly number: number;
}

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

  choose(target: number, now: ConstantPool): Older | undefined {
    const pair = this.#pairs.get(target);
    const old = pair === undefined ? this.#nearest(now) : this.#counterpart(pair);
    return old === undefined || old.end - old.start > this.#left ? undefined : old;
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

  write({ unitClasses }: UnitStreamWriters, old: Older | undefined): void {
    unitClasses.add(olderWays.indexOf(old === undefined ? 'none' : old.isOfBase ? 'base' : 'made'));
    if (old === undefined) return;
    this.#left -= old.end - old.start;
    if (!old.isOfBase) {
      unitClasses.add(this.#count - 1 - old.number);
      return;
    }
    unitClasses.addSigned(old.start - this.#baseEnd);
    this.#baseEnd = old.end;
  }

  add(pool: ConstantPool, start: number, end: number): void {
    const made = { pool: readConstantPool(this.#bytes, start, end), start, end, isOfBase: false };
    this.#near.add(pool, { ...made, number: this.#count++ });
  }
}

function takeApart(now: ConstantPool, target: Uint8Array, old: Older | undefined) {
  const older = old ?? noOlderClass;
  const to = openUnitWriters();
  try {
    writeHeader(older.pool, now, to);
    const renumbered = writeConstants(older.pool, now, to);
    renumberReplaced(older.pool, now, renumbered);
    const before = valuesOf(older, renumbered);
    const values = splitBody(now, now.end, target.length);
    if (before.end !== older.end || values.end !== target.length) return undefined;
    writeUnits(before, values, to);
    const streams = eachUnitStream((name) => to[name].bytes());
    return comesBack(target, older, streams) ? { streams, old } : undefined;
  } catch (error) {
    if (error instanceof BlockPackError) return undefined;
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
  const one = old.bytes.subarray(before.start, before.end);
  return Buffer.compare(one, now.bytes.subarray(after.start, after.end)) === 0;
}

function comesBack(target: Uint8Array, older: OlderClass, streams: UnitStreams): boolean {
  const made = new Uint8Array(target.length);
  const end = joinUnits(new PlainClassSource(streams), older, made, 0, () => {});
  return end === target.length && Buffer.compare(made, target) === 0;
}
