import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { crc32 } from 'node:zlib';
import { bytesOf, digestOf } from '@block-pack/core';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { DeflateParameters } from './deflate-parameters.ts';
import { DeflateThreads, threadsDeflate } from './deflate-threads.ts';
import { mixture } from './mixture-fixture.ts';
import { redeflateAtOnce } from './redeflate.ts';

const threads = new DeflateThreads(2);

afterAll(() => threads.close());

const parameters: fc.Arbitrary<DeflateParameters> = fc.record({
  encoder: fc.constantFrom('zlib' as const, 'chromium' as const, 'gzip' as const),
  level: fc.integer({ min: 1, max: 9 }),
  memLevel: fc.constantFrom(6, 8),
});

test('threads write the streams that are written here, whatever the contents, and sum them up', async () => {
  const whole = mixture(700_000);
  const size = fc.oneof({ weight: 9, arbitrary: fc.nat(4000) }, { weight: 1, arbitrary: fc.nat(700_000) });
  const content = fc.tuple(size, parameters);
  await fc.assert(
    fc.asyncProperty(fc.array(content, { maxLength: 30 }), async (contents) => {
      const wanted = contents.map(([length, how]) =>
        digestOf(redeflateAtOnce(whole.subarray(0, length), how)),
      );
      for (const [length, how] of contents) await threads.add(pieces(whole, length), length, how);
      const made = [];
      for (const _ of contents) {
        const { packed, crc32 } = await threads.deflated();
        made.push({ digest: digestOf(packed), crc32 });
      }
      expect(made.map(({ digest }) => digest)).toEqual(wanted);
      expect(made.map((one) => one.crc32)).toEqual(
        contents.map(([length]) => crc32(whole.subarray(0, length))),
      );
    }),
    { numRuns: 25 },
  );
});

test('threads give way to the one that asks, where the system knows priorities of threads', async () => {
  const count = 3;
  const lower = () => threadsOfPriority(Math.min(19, getPriority() + 5));
  const wanted = lower() + (process.platform === 'linux' ? count : 0);
  const waiting = new DeflateThreads(count);
  const whole = new Uint8Array(1 << 18);
  try {
    // On a busy machine one of them can have done all before another one has begun.
    for (let tries = 0; tries === 0 || (lower() < wanted && tries < 1000); tries++) {
      for (let thread = 0; thread < count; thread++)
        waiting.addAtOnce(whole, { encoder: 'zlib', level: 6, memLevel: 8 });
      for (let thread = 0; thread < count; thread++) await waiting.deflated();
    }
    expect(lower()).toBeGreaterThanOrEqual(wanted);
  } finally {
    await waiting.close();
  }
});

/** Of this process; none where the system does not tell. */
function threadsOfPriority(nice: number): number {
  if (process.platform !== 'linux') return 0;
  const threads = readdirSync('/proc/self/task');
  // proc(5): the 19th field, of which the second stands in parentheses.
  const priorities = threads.map((thread) =>
    Number(
      readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[16],
    ),
  );
  return priorities.filter((priority) => priority === nice).length;
}

test('what other encoders wrote is nothing for threads', async () => {
  const go = { encoder: 'go', level: 6, memLevel: 8 } as const;
  expect(threadsDeflate(go)).toBe(false);
  await expect(threads.add(bytesOf(), 0, go)).rejects.toThrow('threads do not deflate as go does');
});

function pieces(whole: Uint8Array, length: number) {
  const half = length >> 1;
  return bytesOf(whole.subarray(0, half), whole.subarray(half, length));
}

test('nobody waits for a thread that failed', async () => {
  const failing = new DeflateThreads(1);
  // No level: the program reads beside its memory.
  await failing.add(bytesOf(), 0, { encoder: 'zlib', level: 1 << 28, memLevel: 8 });
  await expect(failing.deflated()).rejects.toThrow('memory access out of bounds');
  await failing.add(bytesOf(new Uint8Array(300_000)), 300_000, { encoder: 'zlib', level: 6, memLevel: 8 });
  await expect(failing.deflated()).rejects.toThrow('memory access out of bounds');
  await failing.close();
});
