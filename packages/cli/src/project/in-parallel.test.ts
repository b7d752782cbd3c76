import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inParallel } from './in-parallel.ts';

describe('inParallel', () => {
  it('gives results in the order of the items, and has no more at work than allowed', async () => {
    let atWork = 0;
    let most = 0;
    const results = await inParallel([3, 1, 2, 0, 4], 2, async (item) => {
      atWork += 1;
      most = Math.max(most, atWork);
      await sleep(item);
      atWork -= 1;
      return item * 10;
    });
    expect([results, most]).toEqual([[30, 10, 20, 0, 40], 2]);
  });

  it('throws the first failure when nobody works any more, and begins nothing after it', async () => {
    const done: string[] = [];
    const running = inParallel(['slow', 'fails', 'never'], 2, async (item) => {
      if (item === 'fails') throw new Error('no');
      await sleep(20);
      done.push(item);
    });
    await expect(running).rejects.toThrow('no');
    expect(done.filter((item) => item !== 'never')).toEqual(['slow']);
  });
});
