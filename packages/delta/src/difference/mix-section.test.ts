import { concat } from '@block-pack/core';
import { expect, it } from 'vitest';
import { mixSmallest } from './mix-section.ts';
import { matchSection, packSection } from './write-section.ts';

/** Text of phrases that come again and again, in another order each time. */
function text(seed: number): Uint8Array {
  let state = seed;
  const random = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 8) % below;
  };
  const word = (at: number) => ((at * 2654435761) >>> 10).toString(36);
  const phrase = (at: number) => [at, at * 7, at * 3].map((one) => word(one % 9973)).join(' ');
  return new TextEncoder().encode(Array.from({ length: 800 }, () => phrase(random(2000))).join(', '));
}

it('text is written in the way that comes to least when it is mixed, and not in the one that would without', async () => {
  const [base, content] = [text(12345), text(54321)];
  const window = { bytes: concat([base, content]), baseLength: base.length };
  const ways = await matchSection(window);
  const sizes: number[] = [];
  for (const way of ways) {
    const { section, mixed } = await mixSmallest([way], window, 1 << 20);
    expect(section).toBe(way);
    sizes.push((await packSection(section, new Uint8Array(), mixed)).bytes.length);
  }
  const { section } = await mixSmallest(ways, window, 1 << 20);
  expect(Math.min(...sizes)).toBeLessThan(sizes[0] ?? 0);
  expect(section).toBe(ways[sizes.indexOf(Math.min(...sizes))]);
  expect(window.bytes.subarray(base.length)).toEqual(content);
});
