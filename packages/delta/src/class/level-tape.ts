import { deltaInvalid } from '../difference/delta-invalid.ts';
import { walkBody } from './class-body.ts';
import { ClassCursor, pokeU2, pokeU4 } from './class-cursor.ts';
import type { ClassTape, UnitPlace } from './class-tape.ts';
import type { ConstantPool } from './constant-pool.ts';
import type { StreamKind } from './typed-streams.ts';

/** What is done to a class file behind its constants. Its length stays. */
export interface BodyChange {
  /**
   * `level` takes out what follows from the rest, or moves when something is put in before it: lengths of attributes become 0, lines and
   * positions in code differences. `restore` puts it back.
   */
  readonly direction: 'level' | 'restore';
  /** By index of a constant, the index to put in its place; 0 to leave it. */
  readonly renumbered?: Uint16Array;
}

/**
 * Changes, in place, the class file whose constants end at `start`, and returns where it ends. One walk for both directions: what it
 * steers by is the same before and behind a change.
 * @throws DELTA_INVALID
 */
export function changeBody(
  pool: ConstantPool,
  bytes: Uint8Array,
  start: number,
  end: number,
  change: BodyChange,
): number {
  const tape = new LevelTape(new ClassCursor(bytes, start, end), change);
  walkBody(pool, tape);
  return tape.at;
}

/** All constants keep their index. */
const unchanged = new Uint16Array(0x10000);

/** Without branches by direction: what was compiled for class files that are levelled would be thrown away when the first one is restored. */
class LevelTape implements ClassTape {
  readonly #cursor: ClassCursor;
  /** All ones or nothing: what is taken of a number in one direction alone. */
  readonly #levels: number;
  readonly #restores: number;
  readonly #renumbered: Uint16Array;

  constructor(cursor: ClassCursor, { direction, renumbered = unchanged }: BodyChange) {
    this.#cursor = cursor;
    this.#levels = direction === 'level' ? -1 : 0;
    this.#restores = ~this.#levels;
    this.#renumbered = renumbered;
  }

  get at(): number {
    return this.#cursor.at;
  }

  get left(): number {
    return this.#cursor.end - this.#cursor.at;
  }

  u1(): number {
    return this.#cursor.u1();
  }

  u2(): number {
    return this.#cursor.u2();
  }

  u4(): number {
    return this.#cursor.u4();
  }

  opaque(_: StreamKind, length: number): void {
    this.#cursor.skip(length);
  }

  constant2(): number {
    const cursor = this.#cursor;
    const index = cursor.u2();
    const other = this.#renumbered[index] ?? 0;
    if (other !== 0) pokeU2(cursor.bytes, cursor.at - 2, other);
    return index;
  }

  constantBeside(): void {
    this.constant2();
  }

  attributeName(): number {
    return this.constant2();
  }

  /** Only low indexes fit into it. */
  constant1(): void {
    const cursor = this.#cursor;
    const index = cursor.u1();
    const other = this.#renumbered[index] ?? 0;
    if (other !== 0 && other < 0x100) cursor.bytes[cursor.at - 1] = other;
  }

  difference(_: StreamKind, from: number): number {
    const cursor = this.#cursor;
    const value = (cursor.u2() + (from & this.#restores)) & 0xffff;
    pokeU2(cursor.bytes, cursor.at - 2, value - (from & this.#levels));
    return value;
  }

  remainder(_: StreamKind, whole: number): void {
    const cursor = this.#cursor;
    const length = cursor.u2();
    pokeU2(cursor.bytes, cursor.at - 2, whole - length);
  }

  unit<W>(_place: UnitPlace, _name: number, _type: number, walk: (by: W) => void, by: W): void {
    walk(by);
  }

  measured<W>(walk: (by: W) => void, by: W): void {
    const cursor = this.#cursor;
    const stored = cursor.u4();
    const start = cursor.at;
    walk(by);
    const length = cursor.at - start;
    if (stored !== (length & this.#levels))
      throw deltaInvalid(`an attribute of a class file has ${length} bytes, not ${stored}`);
    pokeU4(cursor.bytes, start - 4, length & this.#restores);
  }
}
