import { type BlockPackError, bytesOf, collect, type RandomAccess, randomAccessOf } from '@block-pack/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyDifference } from './apply-difference.ts';
import { joined, randomBytes } from './bytes-fixture.ts';
import {
  type DifferenceContent,
  type DifferenceOptions,
  type DifferenceStage,
  writeDifference,
} from './write-difference.ts';

describe('a difference', () => {
  it('makes the new bytes of the old ones, whatever was edited', async () => {
    await fc.assert(
      fc.asyncProperty(editedBytes, async ({ before, after }) => {
        const difference = await write([before], [{ content: after, base: 0 }]);
        expect(await apply([before], difference, after.length)).toEqual(after);
      }),
      { numRuns: 100 },
    );
  });

  it('makes many contents of many bases, in sections however short', async () => {
    const contents = fc.array(fc.record({ content: someBytes, base: fc.option(fc.nat({ max: 3 })) }), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(someBytes, { minLength: 4, maxLength: 6 }),
        contents,
        fc.integer({ min: 300, max: 5_000 }),
        async (bases, chosen, sectionLength) => {
          const wanted = chosen.map(({ content, base }) => (base === null ? { content } : { content, base }));
          const difference = await write(bases, wanted, { sectionLength });
          const whole = joined(...wanted.map(({ content }) => content));
          expect(await apply(bases, difference, whole.length)).toEqual(whole);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('of the same bytes is a few bytes', async () => {
    const bytes = randomBytes(100_000, 1);
    expect((await write([bytes], [{ content: bytes, base: 0 }])).length).toBeLessThan(40);
  });

  it('of bytes that stand somewhere in the base is a few bytes, be their beginning there a thousand times', async () => {
    const start = new Uint8Array(64);
    const base = joined(...Array.from({ length: 1_000 }, () => start), randomBytes(50_000, 1));
    const content = base.subarray(1_000 * 64 - 100);
    const difference = await write([base], [{ content, base: 0 }]);
    expect(difference.length).toBeLessThan(40);
    expect(await apply([base], difference, content.length)).toEqual(content);
  });

  it('of bytes that have nothing in common is hardly longer than they are', async () => {
    const content = randomBytes(100_000, 2);
    expect((await write([randomBytes(100_000, 1)], [{ content, base: 0 }])).length).toBeLessThan(100_060);
  });

  it('costs little where addresses moved by the same distance everywhere', async () => {
    const before = randomBytes(200_000, 3);
    const after = before.slice();
    for (let at = 0; at < after.length; at += 40) after[at] = (after[at] ?? 0) + 16;
    expect((await write([before], [{ content: after, base: 0 }])).length).toBeLessThan(300);
  });

  it('is refused where its sections would have a base unpacked more often than that may cost', async () => {
    const base = randomBytes(4 << 20, 6);
    const content = base.subarray(0, 1 << 20);
    const options = { sectionLength: 32_000, quality: 1 };
    const difference = await write([base], [{ content, base: 0 }], options);
    expect((await apply([base], difference, content.length)).length).toBe(content.length);
    let reads = 0;
    const unpacked = {
      size: base.length,
      unpacked: true,
      read: async (offset: number, length: number) => {
        reads++;
        return base.subarray(offset, offset + length);
      },
    };
    const made = applyDifference([unpacked], bytesOf(difference), content.length);
    const refusal = expect(collect(made, content.length, 'it')).rejects;
    await refusal.toThrow('ask for more of the bases than they may');
    expect(reads).toBeLessThan(37);
  });

  it('finds in a base what no content names it for', async () => {
    const [gone, near] = [randomBytes(5_000, 4), randomBytes(5_000, 5)];
    const difference = await write([near, gone], [{ content: gone, base: 0 }]);
    expect(difference.length).toBeLessThan(80);
    expect(await apply([near, gone], difference, gone.length)).toEqual(gone);
  });

  it('finds what new bytes repeat, base or none', async () => {
    const once = randomBytes(20_000, 6);
    const content = joined(once, once, once);
    expect((await write([], [{ content }])).length).toBeLessThan(20_100);
  });

  it('finds what moved far within a file that is cut into sections', async () => {
    const parts = Array.from({ length: 8 }, (_, seed) => randomBytes(10_000, 10 + seed));
    const before = joined(...parts);
    const after = joined(...parts.slice(5), ...parts.slice(0, 5));
    const difference = await write([before], [{ content: after, base: 0 }], { sectionLength: 25_000 });
    expect(difference.length).toBeLessThan(after.length / 4);
    expect(await apply([before], difference, after.length)).toEqual(after);
  });

  it('is made in bounded work of bytes that repeat themselves with errors', async () => {
    const period = randomBytes(997, 7);
    const before = Uint8Array.from({ length: 300_000 }, (_, at) => period[at % 997] ?? 0);
    const after = before.map((byte, at) => (at % 101 === 0 ? byte + 1 : byte));
    const difference = await write([before], [{ content: after, base: 0 }]);
    expect(await apply([before], difference, after.length)).toEqual(after);
  });

  it('is the same bytes each time', async () => {
    const contents = [{ content: randomBytes(5_000, 9), base: 0 }];
    const bases = [randomBytes(5_000, 8)];
    expect(await write(bases, contents)).toEqual(await write(bases, contents));
  });

  it('is read in pieces of any length', async () => {
    const base = randomBytes(5_000, 8);
    const content = joined(base.subarray(1_000), randomBytes(3_000, 9));
    const difference = await write([base], [{ content, base: 0 }]);
    const single = [...difference].map((byte) => Uint8Array.of(byte));
    expect(
      await collect(applyDifference([randomAccessOf(base)], bytesOf(...single), content.length), 1e6, 'it'),
    ).toEqual(content);
  });

  it('says how far it is while it looks through one section', async () => {
    const [base, content] = [randomBytes(10_000, 7), randomBytes(200_000, 8)];
    const seen: number[] = [];
    await write([base], [{ content, base: 0 }], { onProgress: (bytes) => seen.push(bytes), quality: 1 });
    expect(seen.length).toBeGreaterThan(10);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(content.length);
    expect(seen.at(-2)).toBeLessThan(content.length);
  });

  it('says what it does to many bytes while it cannot say how far it is', async () => {
    const [base, content] = [randomBytes(600_000, 10), randomBytes(600_000, 11)];
    const stages: DifferenceStage[] = [];
    const onStage = (stage: DifferenceStage) => stages.push(stage);
    const options = { onStage, quality: 1, mostMixed: 700_000 };
    await write([base], [{ content, base: 0 }], options);
    expect(stages.map(({ deed }) => deed)).toEqual(['sorting', 'mixing', 'packing']);
    for (const { bytes } of stages) expect(Math.round(bytes / 1e4)).toBe(60);
    stages.length = 0;
    await write([base.subarray(0, 9_000)], [{ content: content.subarray(0, 9_000), base: 0 }], options);
    expect(stages).toEqual([]);
  });

  it('says how far it is, and stops when it is told to', async () => {
    const content = randomBytes(5_000, 9);
    const stop = new AbortController();
    const seen: number[] = [];
    const onProgress = (bytes: number) => {
      seen.push(bytes);
      if (bytes >= 2_000) stop.abort();
    };
    const written = write([], [{ content }], { sectionLength: 1_000, onProgress, signal: stop.signal });
    await expect(written).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(seen).toEqual([1_000, 2_000]);
  });
});

describe('a difference that is not what it should be', () => {
  const base = randomBytes(4_000, 20);
  const content = joined(base.subarray(500, 2_000), randomBytes(900, 21), base.subarray(2_100));
  const good = write([base], [{ content, base: 0 }]);

  it.each([
    { flaw: 'for another number of bases', bases: [base, base] },
    { flaw: 'for a longer base', bases: [base.subarray(1)] },
    { flaw: 'that ends early', spoil: (bytes: Uint8Array) => bytes.subarray(0, -1) },
    { flaw: 'with bytes behind its end', spoil: (bytes: Uint8Array) => joined(bytes, Uint8Array.of(0)) },
    { flaw: 'of another version', spoil: (bytes: Uint8Array) => bytes.with(3, 0x32) },
    { flaw: 'of another size', size: content.length + 1 },
    { flaw: 'that is empty', spoil: () => new Uint8Array() },
  ])('is refused: $flaw', async ({ bases = [base], spoil = same, size = content.length }) => {
    await expect(apply(bases, spoil(await good), size)).rejects.toMatchObject({ code: 'DELTA_INVALID' });
  });

  it('is refused, or makes other bytes of the same length, when any bit of it is wrong', async () => {
    const difference = await good;
    for (let bit = 0; bit < difference.length * 8; bit += 5) {
      const damaged = difference.with(bit >> 3, (difference[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
      await refusedOr(damaged, (made) => expect(made.length).toBe(content.length));
    }
  });

  it('is refused wherever it ends', async () => {
    const difference = await good;
    for (let end = 0; end < difference.length; end += 7) {
      const outcome = apply([base], difference.subarray(0, end), content.length);
      await expect(outcome).rejects.toMatchObject({ code: 'DELTA_INVALID' });
    }
  });

  it('is refused, or makes other bytes of the same length, when anything follows a true beginning', async () => {
    const start = fc.nat({ max: 30 });
    await fc.assert(
      fc.asyncProperty(start, fc.uint8Array({ maxLength: 80 }), async (length, tail) => {
        const hostile = joined((await good).subarray(0, length), tail);
        await refusedOr(hostile, (made) => expect(made.length).toBe(content.length));
      }),
      { numRuns: 500 },
    );
  });

  it('is refused before it has read a base again and again for a few new bytes', async () => {
    let read = 0;
    const size = 1 << 25;
    const source: RandomAccess = {
      size,
      read: async (_, length) => {
        read += length;
        return new Uint8Array(length);
      },
    };
    // One new byte, a literal, and the whole base.
    const section = [16, 0, 0, 1, 0x80, 0x80, 0x80, 0x10, 1, 0, 0, 0, 0, 0, 0, 1, 2, 0, 7];
    const hostile = Uint8Array.of(0x42, 0x50, 0x44, 0x31, 1, 100, ...new Array(100).fill(section).flat());
    const made = collect(applyDifference([source], bytesOf(hostile), 100), 100, 'it');
    await expect(made).rejects.toThrow('ask for more of the bases than they may');
    expect(read).toBe(3 * size);
  });

  function same(bytes: Uint8Array): Uint8Array {
    return bytes;
  }

  async function refusedOr(difference: Uint8Array, check: (made: Uint8Array) => void): Promise<void> {
    const made = await apply([base], difference, content.length).catch((error: BlockPackError) => error);
    if (made instanceof Uint8Array) check(made);
    else expect(made).toMatchObject({ code: 'DELTA_INVALID' });
  }
});

const someBytes = fc.oneof(
  fc.uint8Array({ maxLength: 2_000 }),
  fc.tuple(fc.nat({ max: 4_000 }), fc.nat()).map(([length, seed]) => randomBytes(length, seed % 5)),
);

/** Bytes, and the same after some were replaced, removed, repeated and moved. */
const editedBytes = fc
  .tuple(
    someBytes,
    fc.array(fc.record({ at: fc.nat(), length: fc.nat({ max: 300 }), to: fc.nat(), bytes: fc.uint8Array() })),
  )
  .map(([before, edits]) => {
    let after = before;
    for (const { at, length, to, bytes } of edits) {
      const start = at % (after.length + 1);
      const moved = after.subarray(start, start + length);
      const target = to % (after.length + 1);
      after = joined(
        after.subarray(0, target),
        bytes,
        moved,
        after.subarray(Math.min(after.length, target + length)),
      );
    }
    return { before, after };
  });

function write(
  bases: readonly Uint8Array[],
  contents: readonly { readonly content: Uint8Array; readonly base?: number }[],
  options: DifferenceOptions = {},
): Promise<Uint8Array> {
  const wanted: DifferenceContent[] = contents.map((each) => ({ ...each, content: accessOf(each.content) }));
  return collect(
    writeDifference(bases.map(accessOf), wanted, { quality: 5, ...options }),
    1e9,
    'the difference',
  );
}

function apply(bases: readonly Uint8Array[], difference: Uint8Array, size: number): Promise<Uint8Array> {
  return collect(applyDifference(bases.map(accessOf), bytesOf(difference), size), 1e9, 'what it makes');
}

function accessOf(bytes: Uint8Array): RandomAccess {
  return randomAccessOf(bytes);
}
