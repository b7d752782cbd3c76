import { bytesOf, collect, randomAccessOf } from '@block-pack/core';
import { fakeClassOfCalls, fuzzRuns } from '@block-pack/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyCovers } from '../difference/apply-covers.ts';
import { applyDifference } from '../difference/apply-difference.ts';
import type { Cover } from '../difference/cover.ts';
import type { Transform } from '../difference/section.ts';
import { writeStreams } from '../difference/streams.ts';
import { writeDifference } from '../difference/write-difference.ts';
import { refusalOf } from '../refusal-fixture.ts';
import { chooseRegions } from './choose-regions.ts';
import { type FakeProgram, fakeProgram } from './elf-fixture.ts';
import { expectedBytes } from './expected-bytes.ts';
import { decodePrograms, encodePrograms, type Programs } from './programs.ts';
import { readElf } from './read-elf.ts';
import { referenceKinds } from './references.ts';

describe('native code among changes', () => {
  it.each(['x86-64', 'aarch64'] as const)('costs little where functions of %s moved', async (code) => {
    const sent = await send(fakeProgram({ code }), fakeProgram({ code, longer: 4 }));
    expect(sent.transforms).toEqual(['native']);
    expect(sent.bytes).toBeLessThan(190);
    const unknown = await send(
      fakeProgram({ code, machine: 0 }),
      fakeProgram({ code, machine: 0, longer: 4 }),
    );
    expect(unknown.transforms).toEqual(['none']);
    expect(sent.bytes).toBeLessThan(unknown.bytes * 0.7);
  });

  it.each(['addresses', 'offsets', 'distances'] as const)(
    'costs little where functions that moved are named in a table of %s',
    async (table) => {
      const sent = await send(fakeProgram({ table }), fakeProgram({ table, longer: 4 }));
      expect(sent.bytes).toBeLessThan(220);
    },
  );

  it('costs little where it is loaded at another address', async () => {
    const before = fakeProgram({ table: 'addresses', base: 0x400000 });
    const after = fakeProgram({ table: 'addresses', base: 0x600000, longer: 4 });
    expect((await send(before, after)).bytes).toBeLessThan(220);
  });

  it('learns from one reference where a function went that nothing else tells of', async () => {
    const [before, after] = [
      fakeProgram({ callsOfOne: true }),
      fakeProgram({ callsOfOne: true, another: true }),
    ];
    expect((await send(before, after)).bytes).toBeLessThan(100);
  });

  it('is compared in several programs at once, and in parts of one', async () => {
    const [first, second] = [fakeProgram({ functions: 60 }), fakeProgram({ functions: 61 })];
    const [next, last] = [
      fakeProgram({ functions: 60, longer: 4 }),
      fakeProgram({ functions: 61, longer: 8 }),
    ];
    const both = await written([first, second], [next, last]);
    expect(both.transforms).toEqual(['native']);
    expect(await applied([first, second], both.difference, whole([next, last]).length)).toEqual(
      whole([next, last]),
    );
    const parts = await written([first], [next], 3_000);
    expect(parts.transforms.length).toBeGreaterThan(1);
    expect(await applied([first], parts.difference, next.length)).toEqual(next);
  });

  it('is compared beside class files, and each as its kind is', async () => {
    const olds = [fakeClassOfCalls(), fakeProgram({ functions: 60 }), fakeClassOfCalls('other')];
    const news = [
      fakeClassOfCalls('new'),
      fakeProgram({ functions: 60, longer: 4 }),
      fakeClassOfCalls('other', 'new'),
    ];
    const both = await written(olds, news);
    expect(both.transforms).toEqual(['both']);
    expect(await applied(olds, both.difference, whole(news).length)).toEqual(whole(news));
  });

  it('is compared as it is where nothing in it moved', async () => {
    const before = fakeProgram({});
    const sent = await send(before, before.with(5_000, 77));
    expect(sent.transforms).toEqual(['none']);
  });

  it('is the same whatever was done to it, and however its headers lie', async () => {
    await fc.assert(
      fc.asyncProperty(programs, programs, damages, damages, async (before, after, first, second) => {
        await send(damaged(fakeProgram(before), first), damaged(fakeProgram(after), second));
      }),
      fuzzRuns(12),
    );
  });

  it('is found in a file or not, however its headers lie', async () => {
    await fc.assert(
      fc.asyncProperty(
        programs,
        damages,
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (shape, changes, share) => {
          const bytes = damaged(fakeProgram(shape), changes);
          const found = await readElf(randomAccessOf(bytes.subarray(0, Math.ceil(bytes.length * share))));
          for (const { at, length } of [...(found?.runs ?? []), ...(found?.sections ?? [])])
            expect(at + length).toBeLessThanOrEqual(bytes.length);
        },
      ),
      fuzzRuns(400),
    );
  });

  it('has sections without names where all are named by the same half a megabyte', async () => {
    const fake = fakeProgram({});
    const names = new TextEncoder().encode(`${'a'.repeat(1 << 19)}\0`);
    const bytes = whole([fake, names]);
    const view = new DataView(bytes.buffer);
    const namesHeader = Number(view.getBigUint64(40, true)) + 64 * view.getUint16(62, true);
    view.setBigUint64(namesHeader + 24, BigInt(fake.length), true);
    view.setBigUint64(namesHeader + 32, BigInt(names.length), true);
    const found = await readElf(randomAccessOf(bytes));
    expect(found?.sections.map(({ name }) => name)).toEqual(['', '', '']);
  });

  it('may have more sections than a call can have arguments', () => {
    const [count, length] = [150_000, 12];
    const old = new Uint8Array(count * length).fill(0x90);
    const window = { bytes: whole([old, old.map((byte) => byte ^ 1)]), baseLength: old.length };
    const runs = [{ at: 0, length: old.length, address: 0 }];
    const sections = Array.from({ length: count }, (_, i) => ({
      name: '',
      at: i * length,
      length,
      isCode: true,
    }));
    const program = { code: undefined, base: 0, memory: old.length, runs, sections } as const;
    const file = { index: 0, at: 0, offset: 0, length: old.length, file: randomAccessOf(old), program };
    const found = { olds: [file], news: [file], successors: new Map([[file, file]]) };
    const cover = { target: old.length, source: 0, length: old.length };
    expect(chooseRegions(window, found, [cover]).regions).toEqual([]);
  });
});

describe('references of native code', () => {
  it('come back under any covers, wherever they are looked for', () => {
    fc.assert(
      fc.property(windows, ({ window, covers, programs }) => {
        const streams = writeStreams(window, covers, 'split', expectedBytes(window, programs, covers));
        const made = { ...window, bytes: window.bytes.slice().fill(0, window.baseLength) };
        const length = window.bytes.length - window.baseLength;
        applyCovers(
          made,
          streams,
          'split',
          decodePrograms(encodePrograms(programs), window.baseLength, length),
        );
        expect(made.bytes).toEqual(window.bytes);
      }),
      fuzzRuns(300),
    );
  });

  it('are refused, or make other bytes, where what is said of them was damaged', () => {
    fc.assert(
      fc.property(
        windows,
        damages,
        fc.uint8Array({ maxLength: 20 }),
        ({ window, covers, programs }, changes, more) => {
          const streams = writeStreams(window, covers, 'joined', expectedBytes(window, programs, covers));
          const made = { ...window, bytes: window.bytes.slice().fill(0, window.baseLength) };
          const length = window.bytes.length - window.baseLength;
          const bad = whole([damaged(encodePrograms(programs), changes), more]);
          const deed = () =>
            applyCovers(made, streams, 'joined', decodePrograms(bad, window.baseLength, length));
          expect(refusalOf(deed)).toMatch(/^(DELTA_INVALID|made)$/);
        },
      ),
      fuzzRuns(1_000),
    );
  });

  it.each([
    ['of a kind that is not known', [1, 9, 1, 0, 9, 0, 0, 1, 0, 9, 77]],
    ['in no run', [1, 9, 1, 0, 8, 0, 0, 1, 0, 9, 0]],
    ['of no bytes', [1, 9, 1, 0, 9, 0, 0, 1, 0, 0, 0]],
    [
      'from an origin beyond all addresses',
      [1, 9, 1, 0, 9, 0, 0, 1, 0, 9, 2, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2, 0],
    ],
    ['of a program that reaches out of its addresses', [1, 8, 1, 0, 9, 0, 0, 0]],
    ['of a program that begins before its addresses', [1, 9, 1, 0, 9, 1, 0, 0]],
    ['of a program that reaches out of its section', [1, 99, 1, 0, 99, 0, 0, 0]],
    [
      'of programs with too many addresses',
      [2, 0xff, 0xff, 0xff, 0xff, 4, 0, 0xff, 0xff, 0xff, 0xff, 4, 0, 0, 0],
    ],
    ['of more programs than there may be', [0xff, 0xff, 0xff, 1]],
    ['with something behind them', [0, 0, 0, 0]],
  ])('are refused: %s', (_, bytes) => {
    expect(refusalOf(() => decodePrograms(Uint8Array.from(bytes), 50, 50))).toBe('DELTA_INVALID');
  });

  it('are taken when nothing is wrong with them', () => {
    expect(decodePrograms(Uint8Array.of(1, 9, 1, 0, 9, 0, 0, 1, 0, 9, 0), 50, 50).regions).toHaveLength(1);
  });
});

const programs: fc.Arbitrary<FakeProgram> = fc.record({
  code: fc.constantFrom('x86-64', 'aarch64'),
  functions: fc.integer({ min: 1, max: 20 }),
  longer: fc.integer({ min: 0, max: 20 }).map((words) => words * 4),
  table: fc.constantFrom('none', 'addresses', 'offsets', 'distances'),
  base: fc.constantFrom(0, 0x400000),
});

/** Bytes that are other ones, half of them in the first and the last of it, where headers are. */
const damages = fc.array(
  fc.record({
    at: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.06, noNaN: true })),
    fromEnd: fc.boolean(),
    value: fc.nat({ max: 255 }),
  }),
  { maxLength: 4 },
);

function damaged(
  bytes: Uint8Array,
  changes: readonly { readonly at: number; readonly fromEnd: boolean; readonly value: number }[],
): Uint8Array {
  const made = bytes.slice();
  for (const { at, fromEnd, value } of changes) {
    const place = Math.floor(at * (made.length - 1));
    made[fromEnd ? made.length - 1 - place : place] = value;
  }
  return made;
}

/** Any bytes, any covers of them, and programs that lie anywhere in them. */
const windows = fc
  .record({
    base: fc.uint8Array({ minLength: 1, maxLength: 400 }),
    news: fc.uint8Array({ minLength: 1, maxLength: 400 }),
    isCopy: fc.boolean(),
    cuts: fc.array(
      fc.record({ gap: fc.nat({ max: 20 }), length: fc.integer({ min: 1, max: 200 }), source: fc.nat() }),
      { maxLength: 8 },
    ),
    parts: fc.array(
      fc.record({
        gap: fc.nat({ max: 9 }),
        length: fc.integer({ min: 1, max: 150 }),
        address: fc.nat({ max: 5_000 }),
      }),
      { maxLength: 3 },
    ),
    kinds: fc.array(fc.constantFrom(...(Object.keys(referenceKinds) as (keyof typeof referenceKinds)[])), {
      minLength: 3,
      maxLength: 3,
    }),
    origin: fc.integer({ min: -5_000, max: 5_000 }),
  })
  .map(({ base, news, isCopy, cuts, parts, kinds, origin }) => {
    const made = isCopy ? whole([base.subarray(base.length >> 1), base]) : news;
    const window = { bytes: whole([base, made]), baseLength: base.length };
    const covers: Cover[] = [];
    let end = base.length;
    for (const { gap, length, source } of cuts) {
      const target = end + gap;
      if (target + length > window.bytes.length) break;
      covers.push({ target, source: source % target, length });
      end = target + length;
    }
    const program = (side: number) => {
      let at = 0;
      const runs = parts.flatMap(({ gap, length, address }) => {
        const run = { at: at + gap, length, address };
        at += gap + length;
        return at > side ? [] : [run];
      });
      return { memory: 6_000, runs };
    };
    const old = program(base.length);
    const regions = old.runs.map(({ at, length }, i) => {
      const kind = kinds[i] ?? 'x86-64';
      const [from, to] = referenceKinds[kind].hasOrigin ? [origin, origin + 8] : [0, 0];
      return { at, length, kind, origin: from, newOrigin: to };
    });
    const programs: Programs = { olds: [old], news: [program(made.length)], regions };
    return { window, covers, programs };
  });

/** Sends one file as a change of another; what is made of it is checked. */
async function send(before: Uint8Array, after: Uint8Array) {
  const { difference, transforms } = await written([before], [after]);
  expect(await applied([before], difference, after.length)).toEqual(after);
  return { bytes: difference.length, transforms };
}

async function written(
  bases: readonly Uint8Array[],
  contents: readonly Uint8Array[],
  sectionLength = 1 << 20,
) {
  const transforms: Transform[] = [];
  const sources = contents.map((content, base) => ({ content: randomAccessOf(content), base }));
  const onTransform = (one: Transform) => transforms.push(one);
  const options = { sectionLength, onTransform, quality: 9 };
  const bytes = writeDifference(bases.map(randomAccessOf), sources, options);
  return { difference: await collect(bytes, 1 << 26, 'the difference'), transforms };
}

function applied(bases: readonly Uint8Array[], difference: Uint8Array, size: number): Promise<Uint8Array> {
  return collect(
    applyDifference(bases.map(randomAccessOf), bytesOf(difference), size),
    size,
    'what it makes',
  );
}

function whole(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
