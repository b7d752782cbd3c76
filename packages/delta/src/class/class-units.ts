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
  return (unitPlaces.indexOf(place) * 0x10000 + name) * 0x10000 + type;
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

class UnitTape implements ClassTape {
  readonly values = new VarintWriter();
  units = new Map<number, ClassUnit>();
  readonly #cursor: ClassCursor;
  readonly #renumbered: Uint16Array | undefined;

  constructor(cursor: ClassCursor, renumbered: Uint16Array | undefined) {
    this.#cursor = cursor;
    this.#renumbered = renumbered;
  }

  get at(): number {
    return this.#cursor.at;
  }

  get left(): number {
    return this.#cursor.end - this.#cursor.at;
  }

  unit<W>(place: UnitPlace, name: number, type: number, walk: (by: W) => void, by: W): void {
    const beside = this.units;
    const start = this.values.length;
    const units = new Map<number, ClassUnit>();
    this.units = units;
    walk(by);
    this.units = beside;
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
    this.values.addByte(value >>> 8);
    this.values.addByte(value & 0xff);
    return value;
  }
}
