import { randomAccessOf } from '@block-pack/core';
import { describe, expect, it } from 'vitest';
import { alignParts } from './align.ts';
import { joined, randomBytes } from './bytes-fixture.ts';

const part = 20_000;
const window = 40_000;

describe('windows of a large base', () => {
  const base = randomBytes(200_000, 1);

  it('stand around what they share with each part, with as much room before it as behind', async () => {
    const starts = await aligned(base, base);
    const middle = starts.slice(1, -1).map((start, i) => (start ?? -1) + window / 2 - (i + 1.5) * part);
    expect(Math.max(...middle.map(Math.abs))).toBeLessThanOrEqual(window / 8);
  });

  it('follow what moved', async () => {
    const moved = joined(base.subarray(120_000), base.subarray(0, 120_000));
    const starts = await aligned(base, moved);
    expect(starts.map((start = 0, i) => holds(start, (i * part + 120_000) % 200_000))).not.toContain(false);
  });

  it('are none for a part that shares nothing with the base', async () => {
    const content = joined(base.subarray(0, part), randomBytes(part, 2), base.subarray(part, 2 * part));
    const [first, second, third] = await aligned(base, content);
    expect(second).toBeUndefined();
    expect([first, third]).not.toContain(undefined);
  });

  it('go on behind the one before, where all that is shared stands in the base more than once', async () => {
    const twice = randomBytes(60_000, 3);
    const before = joined(randomBytes(100_000, 4), twice, randomBytes(50_000, 5), twice);
    const after = before.subarray(80_000, 160_000);
    const starts = await aligned(before, after);
    expect(starts.map((start = 0, i) => holds(start, 80_000 + i * part))).not.toContain(false);
  });

  it('stand right where hardly anything stands in the base once', async () => {
    const once = randomBytes(100_000, 6);
    const before = joined(once, once);
    before[23_980] = (before[23_980] ?? 0) + 1;
    const starts = await aligned(before, before.subarray(3_000));
    expect(holds(starts[1] ?? 0, 23_000)).toBe(true);
    expect(holds(starts[2] ?? 0, 43_000)).toBe(true);
    expect(holds(starts[3] ?? 0, 63_000)).toBe(true);
  });

  function holds(start: number, at: number): boolean {
    return start <= at && at + part <= start + window;
  }
});

function aligned(base: Uint8Array, content: Uint8Array): Promise<(number | undefined)[]> {
  return alignParts(randomAccessOf(base), randomAccessOf(content), part, window);
}
