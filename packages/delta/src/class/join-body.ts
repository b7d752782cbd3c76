import { deltaInvalid } from '../difference/delta-invalid.ts';
import { walkBody } from './class-body.ts';
import { pokeU2, pokeU4 } from './class-cursor.ts';
import type { ClassSource } from './class-source.ts';
import type { ClassTape, UnitPlace } from './class-tape.ts';
import { type ClassUnit, type ClassValues, noUnits, type Units, unitKey } from './class-units.ts';
import type { ConstantPool } from './constant-pool.ts';
import { kinds, type StreamKind } from './typed-streams.ts';

/**
 * Makes what stands behind the constants of a class file of its values, and returns where it ends.
 * @param old values of the older class file, with the numbers that constants have in the new one
 * @param start where it belongs in `bytes`
 * @throws DELTA_INVALID
 */
export function joinBody(
  pool: ConstantPool,
  old: ClassValues,
  from: ClassSource,
  bytes: Uint8Array,
  start: number,
): number {
  const tape = new JoinTape(old, from, bytes, start);
  from.follow(0);
  walkBody(pool, tape);
  return tape.at;
}

class JoinTape implements ClassTape {
  at: number;
  readonly #old: ClassValues;
  readonly #from: ClassSource;
  readonly #bytes: Uint8Array;
  /** Old units of which the next one may be one. */
  #units: Units;
  /** The unit that is copied, and how far that came. */
  #copied: ClassUnit | undefined;
  #copiedTo = 0;

  constructor(old: ClassValues, from: ClassSource, bytes: Uint8Array, start: number) {
    this.#old = old;
    this.#units = old.units;
    this.#from = from;
    this.#bytes = bytes;
    this.at = start;
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }

  unit<W>(place: UnitPlace, name: number, type: number, walk: (by: W) => void, by: W): void {
    if (this.#copied !== undefined) {
      walk(by);
      return;
    }
    const beside = this.#units;
    const old = beside.get(unitKey(place, name, type));
    this.#units = old?.units ?? noUnits;
    if (old !== undefined && this.#from.isSame(place, old.end - old.start)) this.#copy(old, walk, by);
    else {
      if (old !== undefined) this.#from.follow(old.start);
      walk(by);
    }
    this.#units = beside;
    if (old !== undefined) this.#from.follow(old.end);
  }

  #copy<W>(old: ClassUnit, walk: (by: W) => void, by: W): void {
    this.#copied = old;
    this.#copiedTo = old.start;
    walk(by);
    if (this.#copiedTo !== old.end) throw deltaInvalid('a unit of a class file has more than it had');
    this.#copied = undefined;
  }

  u1(kind: StreamKind): number {
    const value = this.#byte(kind, 0, 0);
    this.#bytes[this.#step(1)] = value;
    return value;
  }

  u2(kind: StreamKind): number {
    const value = this.#two(kind);
    pokeU2(this.#bytes, this.#step(2), value);
    return value;
  }

  u4(kind: StreamKind): number {
    let value = 0;
    for (let index = 0; index < 4; index++) value = value * 0x100 + this.#byte(kind, index, value);
    pokeU4(this.#bytes, this.#step(4), value);
    return value;
  }

  opaque(kind: StreamKind, length: number): void {
    const at = this.#step(length);
    for (let i = 0; i < length; i++) this.#bytes[at + i] = this.#byte(kind, 0, 0);
  }

  constant1(kind: StreamKind): void {
    this.#from.named(kind, this.u1(kind));
  }

  constant2(kind: StreamKind): number {
    const index = this.u2(kind);
    this.#from.named(kind, index);
    return index;
  }

  constantBeside(kind: StreamKind): void {
    this.constant2(kind);
  }

  attributeName(): number {
    return this.constant2(kinds.attributeNames);
  }

  difference(kind: StreamKind, from: number): number {
    const value = (from + this.#two(kind)) & 0xffff;
    pokeU2(this.#bytes, this.#step(2), value);
    return value;
  }

  remainder(kind: StreamKind, whole: number): void {
    pokeU2(this.#bytes, this.#step(2), whole - this.#two(kind));
  }

  measured<W>(walk: (by: W) => void, by: W): void {
    const start = this.#step(4) + 4;
    walk(by);
    pokeU4(this.#bytes, start - 4, this.at - start);
  }

  #two(kind: StreamKind): number {
    const high = this.#byte(kind, 0, 0);
    return (high << 8) | this.#byte(kind, 1, high);
  }

  #byte(kind: StreamKind, index: number, before: number): number {
    if (this.#copied === undefined) return this.#from.byte(kind, index, before);
    if (this.#copiedTo === this.#copied.end)
      throw deltaInvalid('a unit of a class file has less than it had');
    return this.#old.bytes[this.#copiedTo++] as number;
  }

  #step(length: number): number {
    const { at } = this;
    if (length > this.left) throw deltaInvalid('class files have more bytes than are to be made');
    this.at = at + length;
    return at;
  }
}
