import { BlockPackError } from '@block-pack/core';
import { alignPools } from './align-pools.ts';
import { walkBody } from './class-body.ts';
import { ClassCursor, pokeU2, pokeU4 } from './class-cursor.ts';
import type { ClassTape, UnitPlace } from './class-tape.ts';
import { type ConstantPool, readConstantPool } from './constant-pool.ts';
import { renumberReplaced } from './replaced-constants.ts';
import type { StreamKind } from './typed-streams.ts';

/** What `levelClasses` makes of a new class file and its older one: that, levelled, then the new one without its constants; undefined where they do not come back. */
export function levelledByOracle(before: Uint8Array, after: Uint8Array): Buffer | undefined {
  try {
    const old = readConstantPool(before.slice(), 0, before.length);
    const now = readConstantPool(after, 0, after.length);
    const { bytes: source } = old;
    const body = after.slice(now.end);
    const isWhole = level(now, body, 0) === body.length;
    const sourceEnd = level(old, source, old.end, renumberedOf(old, now));
    const restored = body.slice();
    walkBody(now, new LevelTape(restored, 0, false));
    const isSame = Buffer.compare(restored, after.subarray(now.end)) === 0;
    if (!isWhole || sourceEnd !== source.length || !isSame) return undefined;
    return Buffer.concat([source, body]);
  } catch (error) {
    if (error instanceof BlockPackError) return undefined;
    throw error;
  }
}

function renumberedOf(old: ConstantPool, now: ConstantPool): Uint16Array {
  const renumbered = new Uint16Array(old.count);
  for (const [index, source] of alignPools(old, now).entries()) if (source !== 0) renumbered[source] = index;
  renumberReplaced(old, now, renumbered);
  return renumbered;
}

function level(pool: ConstantPool, bytes: Uint8Array, start: number, renumbered?: Uint16Array): number {
  const tape = new LevelTape(bytes, start, true, renumbered);
  walkBody(pool, tape);
  return tape.at;
}

/** Levels a class file in place, or restores it. */
class LevelTape implements ClassTape {
  readonly #cursor: ClassCursor;
  readonly #levels: boolean;
  readonly #renumbered: Uint16Array;

  constructor(
    bytes: Uint8Array,
    start: number,
    levels: boolean,
    renumbered: Uint16Array = new Uint16Array(),
  ) {
    this.#cursor = new ClassCursor(bytes, start, bytes.length);
    this.#levels = levels;
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

  constant1(): void {
    const index = this.u1();
    const other = this.#renumbered[index] || index;
    if (other < 0x100) this.#cursor.bytes[this.at - 1] = other;
  }

  constant2(): number {
    const index = this.u2();
    pokeU2(this.#cursor.bytes, this.at - 2, this.#renumbered[index] || index);
    return index;
  }

  constantBeside(): void {
    this.constant2();
  }

  attributeName(): number {
    return this.constant2();
  }

  difference(_: StreamKind, from: number): number {
    const stored = this.u2();
    const value = this.#levels ? stored : (stored + from) & 0xffff;
    pokeU2(this.#cursor.bytes, this.at - 2, this.#levels ? stored - from : value);
    return value;
  }

  remainder(_: StreamKind, whole: number): void {
    const length = this.u2();
    pokeU2(this.#cursor.bytes, this.at - 2, whole - length);
  }

  unit<W>(_place: UnitPlace, _name: number, _type: number, walk: (by: W) => void, by: W): void {
    walk(by);
  }

  measured<W>(walk: (by: W) => void, by: W): void {
    const stored = this.u4();
    const start = this.at;
    walk(by);
    const length = this.at - start;
    if (stored !== (this.#levels ? length : 0)) throw new BlockPackError('DELTA_INVALID', 'another length');
    pokeU4(this.#cursor.bytes, start - 4, this.#levels ? 0 : length);
  }
}
