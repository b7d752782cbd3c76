import { BlockPackError } from '@block-pack/core';
import { fakeClassOfAllForms, fuzzRuns } from '@block-pack/core/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { alignPools } from './align-pools.ts';
import { changed, classOf, mutations, shapes } from './changed-class-fixture.ts';
import { walkBody } from './class-body.ts';
import { ClassCursor, pokeU2, pokeU4 } from './class-cursor.ts';
import type { ClassTape, UnitPlace } from './class-tape.ts';
import { type ConstantPool, readConstantPool } from './constant-pool.ts';
import { levelClasses } from './level-classes.ts';
import { renumberReplaced } from './replaced-constants.ts';
import type { StreamKind } from './typed-streams.ts';

it('the program levels what class files hold as docs/format/class-files.md says, however they were damaged', () => {
  const ofAllForms = [fakeClassOfAllForms(), fakeClassOfAllForms('changed')] as const;
  fc.assert(
    fc.property(pairs(ofAllForms), mutations, mutations, ([before, after], ofBefore, ofAfter) => {
      const [older, newer] = [changed(before, ofBefore), changed(after, ofAfter)];
      expect(levelledByProgram(older, newer)).toEqual(levelledByOracle(older, newer));
    }),
    fuzzRuns(300),
  );
});

function pairs(
  ofAllForms: readonly [Uint8Array, Uint8Array],
): fc.Arbitrary<readonly [Uint8Array, Uint8Array]> {
  const ofShapes = fc.tuple(shapes, shapes).map(([one, other]) => [classOf(one), classOf(other)] as const);
  return fc.oneof(fc.constant(ofAllForms), ofShapes);
}

interface Levelled {
  readonly source: Buffer;
  readonly body: Buffer;
}

function levelledByProgram(before: Uint8Array, after: Uint8Array): Levelled | undefined {
  const window = { bytes: new Uint8Array(Buffer.concat([before, after])), baseLength: before.length };
  const pair = { source: 0, sourceLength: before.length, target: before.length, length: after.length };
  const bytes = levelClasses(window, [pair])?.window.bytes;
  if (bytes === undefined) return undefined;
  return {
    source: Buffer.from(bytes.subarray(0, before.length)),
    body: Buffer.from(bytes.subarray(before.length)),
  };
}

function levelledByOracle(before: Uint8Array, after: Uint8Array): Levelled | undefined {
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
    return { source: Buffer.from(source), body: Buffer.from(body) };
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
