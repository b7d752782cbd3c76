import { deltaInvalid } from '../difference/delta-invalid.ts';
import { VarintWriter } from '../varint.ts';
import { walkBody } from './class-body.ts';
import { ClassCursor } from './class-cursor.ts';
import { type ClassTape, type UnitPlace, unitPlaces } from './class-tape.ts';
import type { ConstantPool } from './constant-pool.ts';
import type { StreamKind } from './typed-streams.ts';

/** Units that stand beside each other, by what they are known by; of several that are alike the first. */
export type Units = ReadonlyMap<number, ClassUnit>;

/** A part of a class file that stands for itself, and where its values begin and end among all. */
export interface ClassUnit {
  readonly start: number;
  readonly end: number;
  /** Those in it. */
  readonly units: Units;
}

/**
 * What stands behind the constants of a class file, without what follows from the rest: lengths of attributes that are known. Lines and
 * positions are differences, as in a levelled one.
 */
export interface ClassValues {
  readonly bytes: Uint8Array;
  readonly units: Units;
  /** Where the class file ends. */
  readonly end: number;
}

/** What a unit is known by among those beside it: what it is, and the constants that name it. */
export function unitKey(place: UnitPlace, name: number, type: number): number {
  // Attributes, which are most of all, have the lowest keys: what is above 2^31 is an object of the heap.
  const beforeAttributes = unitPlaces.length - 1 - unitPlaces.indexOf(place);
  return (beforeAttributes * 0x10000 + type) * 0x10000 + name;
}

/**
 * @param start the end of its constants
 * @param end what it must not go beyond
 * @param renumbered by index of a constant, the index to put in its place; 0 to leave it
 * @throws DELTA_INVALID
 */
export function splitBody(
  pool: ConstantPool,
  start: number,
  end: number,
  renumbered?: Uint16Array,
): ClassValues {
  const tape = new UnitTape(new ClassCursor(pool.bytes, start, end), renumbered);
  walkBody(pool, tape);
  return { bytes: tape.values.bytes(), units: tape.units, end: tape.at };
}

export const noUnits: Units = new Map();

/** Most values of class files have fewer bytes. */
const usualLength = 1 << 13;

class UnitTape implements ClassTape {
  readonly values: VarintWriter;
  /** Of the unit that is walked through, or of the class file: made with the first one. */
  #units: Map<number, ClassUnit> | undefined;
  readonly #cursor: ClassCursor;
  readonly #renumbered: Uint16Array | undefined;

  constructor(cursor: ClassCursor, renumbered: Uint16Array | undefined) {
    this.#cursor = cursor;
    this.values = new VarintWriter(Math.min(cursor.end - cursor.at, usualLength));
    this.#renumbered = renumbered;
  }

  get units(): Units {
    return this.#units ?? noUnits;
  }

  get at(): number {
    return this.#cursor.at;
  }

  get left(): number {
    return this.#cursor.end - this.#cursor.at;
  }

  unit<W>(place: UnitPlace, name: number, type: number, walk: (by: W) => void, by: W): void {
    const beside = this.#units ?? new Map<number, ClassUnit>();
    const start = this.values.length;
    this.#units = undefined;
    walk(by);
    const { units } = this;
    this.#units = beside;
    const key = unitKey(place, this.#numberOf(name), this.#numberOf(type));
    if (!beside.has(key)) beside.set(key, { start, end: this.values.length, units });
  }

  u1(): number {
    const value = this.#cursor.u1();
    this.values.addByte(value);
    return value;
  }

  u2(): number {
    return this.#two(this.#cursor.u2());
  }

  u4(): number {
    const value = this.#cursor.u4();
    this.#two(value >>> 16);
    this.#two(value & 0xffff);
    return value;
  }

  opaque(_: StreamKind, length: number): void {
    const { at, bytes } = this.#cursor;
    this.#cursor.skip(length);
    this.values.addBytes(bytes.subarray(at, at + length));
  }

  /** Only low indexes fit into it. */
  constant1(): void {
    const index = this.#cursor.u1();
    const other = this.#numberOf(index);
    this.values.addByte(other < 0x100 ? other : index);
  }

  constant2(): number {
    const index = this.#cursor.u2();
    this.#two(this.#numberOf(index));
    return index;
  }

  constantBeside(): void {
    this.constant2();
  }

  attributeName(): number {
    return this.constant2();
  }

  difference(_: StreamKind, from: number): number {
    const value = this.#cursor.u2();
    this.#two((value - from) & 0xffff);
    return value;
  }

  remainder(_: StreamKind, whole: number): void {
    this.#two((whole - this.#cursor.u2()) & 0xffff);
  }

  measured<W>(walk: (by: W) => void, by: W): void {
    const stored = this.#cursor.u4();
    const start = this.at;
    walk(by);
    const length = this.at - start;
    if (stored !== length)
      throw deltaInvalid(`an attribute of a class file has ${length} bytes, not ${stored}`);
  }

  #numberOf(index: number): number {
    const other = this.#renumbered?.[index] ?? 0;
    return other === 0 ? index : other;
  }

  #two(value: number): number {
    this.values.addTwo(value);
    return value;
  }
}
