import { bytesOf, collect, randomAccessOf } from '@block-pack/core';
import { FakeClass, fakeClassOfAllForms, fuzzRuns, u2, u4 } from '@block-pack/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyDifference } from '../difference/apply-difference.ts';
import { FilledWindow } from '../difference/filled-window.ts';
import { writeDifference } from '../difference/write-difference.ts';
import { refusalOf } from '../refusal-fixture.ts';
import { alignPools } from './align-pools.ts';
import { attributeNames } from './class-body.ts';
import { ClassLeveller } from './class-leveller.ts';
import { type ClassStreams, eachClassStream, openClassWriters } from './class-streams.ts';
import { readConstantPool } from './constant-pool.ts';
import { levelBase, levelClasses, restoredClasses } from './level-classes.ts';
import { levelledByOracle } from './level-oracle-fixture.ts';

describe('a class file among changes', () => {
  it('costs little where a new constant gave all others new numbers', async () => {
    const before = classOf({ calls: 60 });
    const after = classOf({ calls: 60, first: 'a text that is new' });
    expect(await costOf(before, after)).toBeLessThan(160);
  });

  it('costs little where another compiler laid out its constants', async () => {
    const before = classOf({ calls: 60 });
    const after = classOf({ calls: 60, textsFirst: true });
    expect(await costOf(before, after)).toBeLessThan(400);
  });

  it('comes back where it is many times as large as most', () => {
    const after = classOf({ calls: 1_501 });
    const levelled = level(classOf({ calls: 1_500 }), after);
    expect(levelled?.window.bytes.length).toBeGreaterThan(1 << 17);
  });

  it('costs little where a line was put in above all methods', async () => {
    expect(await costOf(classOf({ calls: 60 }), classOf({ calls: 60, line: 11 }))).toBeLessThan(120);
  });

  it('costs little where a package that it names everywhere has a new version', async () => {
    const before = classOf({ calls: 60, owner: 'shaded/v2_18_3/Owner' });
    const after = classOf({ calls: 60, owner: 'shaded/v2_18_4/Owner' });
    expect(await costOf(before, after)).toBeLessThan(120);
  });

  it('is levelled with every attribute and instruction that there is', () => {
    const levelled = level(fakeClassOfAllForms(), fakeClassOfAllForms('changed'));
    expect(levelled?.count).toBe(1);
  });

  it('has every attribute known where the specification has it, and nowhere else', () => {
    for (const name of attributeNames)
      for (const place of ['class', 'field', 'method', 'code'] as const)
        for (const length of [0, 2, 4]) {
          const fake = withAttributeAt(place, name, new Uint8Array(length));
          levelAsOracle(fake, fake);
        }
  });

  it('has the constants of every instruction known', () => {
    for (let opcode = 0; opcode <= 202; opcode++)
      for (const operand of [[2], [0, 2]]) {
        const code = [opcode, ...operand, ...operand, ...operand, ...operand];
        levelAsOracle(withCode(code, []), withCode(code, ['new']));
      }
  });

  it('may name an attribute like something that all objects have', () => {
    expect(level(withAttribute('constructor'), withAttribute('__proto__'))?.count).toBe(1);
  });

  it.each([
    ['is cut off', (bytes: Uint8Array) => bytes.subarray(0, -1)],
    ['goes on behind its end', (bytes: Uint8Array) => Uint8Array.from([...bytes, 0])],
    ['has a constant of an unknown kind', (bytes: Uint8Array) => bytes.with(10, 77)],
    ['is none', () => new TextEncoder().encode('no class file at all')],
  ])('goes as it is where it %s', async (_, change) => {
    const before = classOf({ calls: 3 });
    const after = change(classOf({ calls: 4 }));
    expect(level(before, after)).toBeUndefined();
    await costOf(before, after);
  });

  it('goes as it is where an attribute says another length than it has', () => {
    const fake = new FakeClass();
    fake.add([...u2(fake.text('SourceFile')), ...u4(3), ...u2(fake.text('A.java')), 0]);
    expect(level(classOf({ calls: 3 }), fake.bytes('a/A'))).toBeUndefined();
  });

  it('goes as it is where its annotations are nested without end', () => {
    const nested = (depth: number) => {
      const fake = new FakeClass();
      const arrays = Array.from({ length: depth }, () => [0x5b, ...u2(1)]);
      const value = [...arrays.flat(), 0x73, ...u2(fake.text('end'))];
      fake.method('a', '()I', fake.attribute('AnnotationDefault', value));
      return fake.bytes('a/A');
    };
    expect(level(nested(1), nested(20))?.count).toBe(1);
    expect(level(nested(1), nested(20_000))).toBeUndefined();
  });

  it('has texts that differ only in their numbers taken for those of the older one, in their order', () => {
    const pool = (...texts: readonly string[]) => {
      const fake = new FakeClass();
      for (const text of texts) fake.text(text);
      const bytes = fake.bytes('a/A');
      return readConstantPool(bytes, 0, bytes.length);
    };
    const old = pool('v1', 'w1', 'v2', 'the same', 'v3');
    const now = pool('the same', 'v7', 'v8', 'w9', 'v9', 'v10');
    expect([...alignPools(old, now).subarray(1, 7)]).toEqual([4, 1, 3, 2, 5, 0]);
  });

  it('is levelled once where two new ones are like the same old one', async () => {
    const before = classOf({ calls: 9 });
    const contents = [classOf({ calls: 10 }), classOf({ calls: 11 })];
    const difference = await written(
      [before],
      contents.map((content) => ({ content, base: 0 })),
    );
    expect(await applied([before], difference, contents)).toEqual(whole(contents));
  });

  it('is the same whatever was changed in it, by a compiler or by chance', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, shapes, mutations, async (before, after, changes) => {
        await costOf(classOf(before), changed(classOf(after), changes));
      }),
      fuzzRuns(30),
    );
  });

  it('comes back or stays as it is, however it was damaged', () => {
    const [older, newer] = [fakeClassOfAllForms(), fakeClassOfAllForms('changed')];
    fc.assert(
      fc.property(shapes, mutations, mutations, (shape, before, after) => {
        levelAsOracle(changed(older, before), changed(newer, after));
        levelAsOracle(changed(classOf(shape), before), changed(classOf({ ...shape, calls: 5 }), after));
      }),
      fuzzRuns(150),
    );
  });

  it('is refused where there is room for nothing of it', () => {
    const before = classOf({ calls: 1 });
    const to = openClassWriters();
    to.classes.addBytes(Uint8Array.of(0, 0, 0));
    to.classes.addSigned(1 - readConstantPool(before, 0, before.length).count);
    to.classes.add(0);
    to.edits.add(0);
    const streams = eachClassStream((name) => to[name].bytes());
    expect(refusalOf(() => restored(before, new Uint8Array(), streams, 9))).toBe('DELTA_INVALID');
  });

  it('is refused, or made of other bytes, where what is said of it was damaged', () => {
    const before = fakeClassOfAllForms();
    const after = fakeClassOfAllForms('changed');
    const levelled = level(before, after);
    if (levelled === undefined) throw new Error('it is no class file');
    const { streams } = levelled;
    const names = Object.keys(streams) as (keyof typeof streams)[];
    fc.assert(
      fc.property(fc.constantFrom(...names), mutations, mutations, (name, changes, bodyChanges) => {
        const bad = { ...streams, [name]: changed(streams[name], changes) };
        const body = changed(levelled.window.bytes.subarray(before.length), bodyChanges);
        expect(refusalOf(() => restored(before, body, bad, after.length))).toMatch(/^(DELTA_INVALID|made)$/);
      }),
      fuzzRuns(1_000),
    );
  });
});

interface Shape {
  readonly calls: number;
  readonly first?: string | undefined;
  readonly textsFirst?: boolean;
  readonly line?: number;
  readonly owner?: string;
}

/** Methods that call others, each with a table of lines. */
function classOf({ calls, first, textsFirst = false, line = 10, owner = 'a/Owner' }: Shape): Uint8Array {
  const fake = new FakeClass();
  if (first !== undefined) fake.string(first);
  if (textsFirst) for (let i = 0; i < calls; i++) fake.text(`method${i * i}`);
  for (let i = 0; i < calls; i++) {
    const call = fake.member(owner, `method${i * i}`, i % 3 === 0 ? '()V' : '(I)V');
    const code = [0x2a, 0xb6, ...u2(call), 0x12, fake.string('short') & 0xff, 0x57, 0xb1];
    const lines = fake.attribute(
      'LineNumberTable',
      u2(2),
      u2(0),
      u2(line + 3 * i),
      u2(4),
      u2(line + 3 * i + 1),
    );
    fake.method(`own${i}`, '()V', fake.code(code, [], lines));
  }
  fake.add(fake.attribute('SourceFile', u2(fake.text('Own.java'))));
  return fake.bytes('a/Own');
}

function withAttribute(name: string): Uint8Array {
  const fake = new FakeClass();
  fake.add(fake.attribute(name, 1, 2, 3));
  return fake.bytes('a/A');
}

type AttributePlace = 'class' | 'field' | 'method' | 'code';

function withAttributeAt(place: AttributePlace, name: string, content: Uint8Array): Uint8Array {
  const fake = new FakeClass();
  const attribute = fake.attribute(name, [...content]);
  if (place === 'class') fake.add(attribute);
  else if (place === 'field') fake.field('a', 'I', attribute);
  else fake.method('a', '()V', place === 'code' ? fake.code([0xb1], [], attribute) : attribute);
  return fake.bytes('a/A');
}

/** @param texts constants before all others */
function withCode(code: readonly number[], texts: readonly string[]): Uint8Array {
  const fake = new FakeClass();
  for (const text of texts) fake.text(text);
  for (const text of ['one', 'two', 'three']) fake.text(text);
  fake.method('a', '()V', fake.code([...code], []));
  return fake.bytes('a/A');
}

const shapes = fc.record({
  calls: fc.nat({ max: 12 }),
  first: fc.option(fc.string({ maxLength: 8 }), { nil: undefined }),
  textsFirst: fc.boolean(),
  line: fc.nat({ max: 70_000 }),
  owner: fc.constantFrom('a/Owner', 'a/v1/Owner', 'a/v2/Owner', 'b'),
});

/** Bytes to be set, put in or taken out, at places in proportion. */
const mutations = fc.array(
  fc.record({
    kind: fc.constantFrom('set', 'insert', 'remove'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    value: fc.nat({ max: 255 }),
  }),
  { maxLength: 3 },
);

function changed(
  bytes: Uint8Array,
  changes: readonly { readonly kind: string; readonly at: number; readonly value: number }[],
): Uint8Array {
  const made = Array.from(bytes);
  for (const { kind, at, value } of changes)
    made.splice(
      Math.floor(at * made.length),
      kind === 'insert' ? 0 : 1,
      ...(kind === 'remove' ? [] : [value]),
    );
  return Uint8Array.from(made);
}

/** Levels a class file alone; what is levelled is made again to the byte. */
function level(before: Uint8Array, after: Uint8Array) {
  const bytes = whole([before, after]);
  const pair = { source: 0, sourceLength: before.length, target: before.length, length: after.length };
  const levelled = levelClasses({ bytes, baseLength: before.length }, [pair]);
  if (levelled === undefined) return undefined;
  const body = levelled.window.bytes.subarray(before.length);
  expect(restored(before, body, levelled.streams, after.length)).toEqual(after);
  return levelled;
}

/** By the walk that everything but levelling goes, too. */
function levelAsOracle(before: Uint8Array, after: Uint8Array): void {
  const levelled = level(before, after);
  const oracle = levelledByOracle(before, after);
  expect(levelled && Buffer.from(levelled.window.bytes)).toEqual(oracle);
}

function restored(before: Uint8Array, body: Uint8Array, streams: ClassStreams, length: number): Uint8Array {
  const leveller = new ClassLeveller();
  const { bytes } = leveller.begin(before.length, length, streams);
  bytes.set(before);
  const targets = levelBase(leveller, streams);
  const made = restoredClasses(leveller, targets, (room) => filledWith(bytes, before.length, room, body));
  return whole(Array.from(made, (piece) => piece.slice()));
}

/** Byte for byte, so that nobody gets away with what is not there yet. */
function filledWith(bytes: Uint8Array, baseLength: number, room: number, body: Uint8Array): FilledWindow {
  function* steps(): Generator<number> {
    for (let at = 0; at < Math.min(room, body.length); at++) {
      bytes[baseLength + at] = body[at] ?? 0;
      yield baseLength + at + 1;
    }
  }
  return new FilledWindow({ bytes: bytes.subarray(0, baseLength + room), baseLength }, steps());
}

async function costOf(before: Uint8Array, after: Uint8Array): Promise<number> {
  const difference = await written([before], [{ content: after, base: 0 }]);
  expect(await applied([before], difference, [after])).toEqual(after);
  return difference.length;
}

function written(
  bases: readonly Uint8Array[],
  contents: readonly { readonly content: Uint8Array; readonly base: number }[],
): Promise<Uint8Array> {
  const sources = contents.map(({ content, base }) => ({ content: randomAccessOf(content), base }));
  return collect(writeDifference(bases.map(randomAccessOf), sources), 1 << 26, 'the difference');
}

function applied(
  bases: readonly Uint8Array[],
  difference: Uint8Array,
  contents: readonly Uint8Array[],
): Promise<Uint8Array> {
  const size = contents.reduce((sum, { length }) => sum + length, 0);
  const made = applyDifference(bases.map(randomAccessOf), bytesOf(difference), size);
  return collect(made, size, 'what it makes');
}

function whole(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
