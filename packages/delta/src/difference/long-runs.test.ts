import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betweenRuns } from './between-runs.ts';
import { joined, randomBytes } from './bytes-fixture.ts';
import { longRuns } from './long-runs.ts';

describe('long runs', () => {
  const base = randomBytes(100_000, 1);

  it('are all that stayed, to the byte, wherever it stands', () => {
    const content = joined(randomBytes(777, 2), base.subarray(9_001, 29_000), base.subarray(1, 20_000));
    expect(longRuns(windowOf(base, content))).toEqual([
      { target: 100_777, source: 9_001, length: 19_999 },
      { target: 120_776, source: 1, length: 19_999 },
    ]);
  });

  it('are also what new bytes repeat of each other', () => {
    const once = randomBytes(30_000, 2);
    expect(longRuns(windowOf(base, joined(once, randomBytes(99, 3), once)))).toEqual([
      { target: 130_099, source: 100_000, length: 30_000 },
    ]);
  });

  it('are none where bytes are other ones', () => {
    expect(longRuns(windowOf(base, randomBytes(100_000, 2)))).toEqual([]);
  });

  it('are the same bytes, in their order and apart, whatever was edited', () => {
    fc.assert(
      fc.property(edited, ({ before, after }) => {
        const { bytes, baseLength } = windowOf(before, after);
        let end = baseLength;
        for (const { target, source, length } of longRuns({ bytes, baseLength })) {
          expect(target).toBeGreaterThanOrEqual(end);
          expect(source).toBeLessThan(target);
          const made = bytes.subarray(target, target + length);
          expect(Buffer.compare(made, bytes.subarray(source, source + length))).toBe(0);
          end = target + length;
        }
      }),
      { numRuns: 25 },
    );
  });

  it('leave a window in which covers are found for the whole', () => {
    fc.assert(
      fc.property(edited, fc.nat(), fc.nat(), ({ before, after }, at, back) => {
        const window = windowOf(before, after);
        const runs = longRuns(window);
        const { window: near, joined } = betweenRuns(window, runs);
        const made = near.bytes.length - near.baseLength;
        expect(made).toBe(after.length - sum(runs.map(({ length }) => length)));
        const target = near.baseLength + (made === 0 ? 0 : at % made);
        // Nothing can be copied to where nothing is before.
        if (made === 0 || target === 0) return;
        const found = { target, source: back % target, length: near.bytes.length - target };
        const covers = joined([found]);
        let end = window.baseLength;
        for (const { target, source, length } of covers) {
          expect(target).toBeGreaterThanOrEqual(end);
          expect(source).toBeLessThan(target);
          end = target + length;
        }
        expect(end).toBeLessThanOrEqual(window.bytes.length);
      }),
      { numRuns: 25 },
    );
  });

  it('leave covers that copy what they would copy there', () => {
    const content = joined(
      randomBytes(300, 2),
      base.subarray(100, 20_000),
      randomBytes(300, 3),
      base.subarray(20_200, 40_000),
    );
    const window = windowOf(base, content);
    const { window: near, joined: whole } = betweenRuns(window, longRuns(window));
    expect(near.bytes.length).toBe(100_000 - 39_700 + 600);
    const found = { target: near.baseLength + 100, source: 50, length: 400 };
    const covers = whole([found]).filter(({ length }) => length < 1_000);
    const copied = covers.map(({ source, length }) => window.bytes.subarray(source, source + length));
    expect(joined(...copied)).toEqual(near.bytes.subarray(50, 450));
    expect(covers.map(({ target, length }) => [target - 100_000, length])).toEqual([
      [100, 50],
      [150, 150],
      [20_200, 50],
      [20_250, 150],
    ]);
  });

  it('leave of a base that hardly changed only what is near a change', () => {
    const large = randomBytes(500_000, 4);
    const content = joined(
      large.subarray(200_000, 250_000),
      randomBytes(9, 5),
      large.subarray(250_000, 300_000),
    );
    const window = windowOf(large, content);
    const { baseLength, bytes } = betweenRuns(window, longRuns(window)).window;
    expect([baseLength, bytes.length - baseLength]).toEqual([2 * 65_536, 9]);
  });
});

/** Bytes in stretches of some thousands, and others out of the same and new ones. */
const edited = fc
  .tuple(
    fc.array(fc.record({ seed: fc.nat({ max: 5 }), length: fc.nat({ max: 24_000 }) }), { maxLength: 6 }),
    fc.array(fc.record({ seed: fc.nat({ max: 7 }), length: fc.nat({ max: 24_000 }) }), { maxLength: 6 }),
  )
  .map(([before, after]) => {
    const whole = (parts: typeof before) =>
      joined(...parts.map(({ seed, length }) => randomBytes(length, seed)));
    return { before: whole(before), after: whole(after) };
  });

function windowOf(base: Uint8Array, content: Uint8Array) {
  return { bytes: joined(base, content), baseLength: base.length };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
