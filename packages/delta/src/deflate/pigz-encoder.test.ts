import { inflateRawSync } from 'node:zlib';
import { bytesOf, digestOf } from '@block-pack/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DeflateSearch } from './deflate-search.ts';
import { mixture } from './mixture-fixture.ts';
import { redeflateAtOnce } from './redeflate.ts';

const deflate = (content: Uint8Array, level: number) =>
  redeflateAtOnce(content, { encoder: 'pigz', level, memLevel: 8 });

// What pigz 2.6 writes for them between header and trailer.
test.each([
  [131072, 6, '01ec21167ff72e6f'],
  [131073, 1, 'afe6186e03f4a568'],
  [131073, 9, 'fcea6fc3677e7c63'],
  [400000, 6, 'c1b348d31520eac4'],
  [1200000, 1, '04e9763533f0d5c6'],
  [1200000, 6, '905ec59e34cee73b'],
  [1200000, 9, 'f3259cb0ed571583'],
] as const)('of %i bytes, the stream is the one that pigz writes at level %i', (length, level, digest) => {
  expect(digestOf(deflate(mixture(length), level)).slice(7, 23)).toBe(digest);
});

test('what it writes is what went in, however many blocks that takes', () => {
  const content = fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.integer({ min: 0, max: 270_000 }))
    .map(([unit, length]) => new Uint8Array(Buffer.alloc(length, unit)));
  fc.assert(
    fc.property(content, fc.integer({ min: 1, max: 9 }), (bytes, level) => {
      expect(inflateRawSync(deflate(bytes, level)).equals(bytes)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('a stream of pigz is found among those of all encoders', async () => {
  const content = mixture(200_000);
  for (const level of [6, 9]) {
    const packed = deflate(content, level);
    const found = await new DeflateSearch().findInStream(
      () => bytesOf(packed),
      () => bytesOf(content),
      content.length,
    );
    expect(found).toEqual({ encoder: 'pigz', level, memLevel: 8 });
  }
});
