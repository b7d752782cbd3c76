import { digestOf } from '@block-pack/core';
import { expect, it } from 'vitest';
import { streamDigest } from './stream-digest.ts';

it.each([0, 1 << 30])('says what has come, said to be %d bytes', async (about) => {
  const digest = streamDigest(about);
  const chunk = Buffer.alloc(1_500_000, 'abc');
  try {
    await digest.add(chunk);
    // It may be used again now.
    chunk.fill('d');
    await digest.add(chunk.subarray(0, 10));
    expect(await digest.digest()).toBe(digestOf(Buffer.from('abc'.repeat(500_000) + 'd'.repeat(10))));
  } finally {
    await digest.close();
  }
});
