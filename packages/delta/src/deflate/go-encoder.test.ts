import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { digestOf } from '@block-pack/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deflateParameters } from './deflate-search.ts';
import { mixture } from './mixture-fixture.ts';
import { redeflateAtOnce } from './redeflate.ts';

const deflate = (content: Uint8Array, level: number) =>
  redeflateAtOnce(content, { encoder: 'go', level, memLevel: 8 });

// What compress/flate of Go 1.26.8 writes for them: flate.NewWriter, then io.Copy of the content.
test.each([
  [10, 1, 'add2dcfff85da7d6'],
  [100, 1, '089ce2e139290c63'],
  [300, 1, '254ec3241f8aad34'],
  [65535, 1, '32a0ce3c170b93fe'],
  [65600, 1, 'e850b5669ea47d3e'],
  [1200000, 1, '3879c96d8a91d523'],
  [1200000, 2, '7c58d4ea973efefa'],
  [1200000, 3, '4041ba7f1c9c5e94'],
  [0, 6, 'f067985d352d2da6'],
  [3, 6, '06b959e0782e5fcb'],
  [300, 6, '5e59ca6f79a6db8a'],
  [65000, 6, 'adb1cd8604bf5d76'],
  [1200000, 4, 'a1844e5dd8194f91'],
  [1200000, 5, 'fee1fb2a3edc623c'],
  [1200000, 6, '21976fcfa6de4e48'],
  [1200000, 7, '617aaf91e8a6380b'],
  [1200000, 8, 'f860204cc3eced85'],
  [1200000, 9, '26420d759aecc1c9'],
] as const)('of %i bytes, the stream is the one that Go writes at level %i', (length, level, digest) => {
  const packed = deflate(mixture(length), level);
  expect(digestOf(packed).slice(7, 23)).toBe(digest);
});

test('what it writes is what went in, at every level and for any content', () => {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(8000)).map(([unit, times]) => {
      const bytes = Buffer.alloc(unit.length * times, unit);
      return new Uint8Array(bytes);
    }),
  );
  fc.assert(
    fc.property(content, fc.integer({ min: 1, max: 9 }), (bytes, level) => {
      expect(inflateRawSync(deflate(bytes, level)).equals(bytes)).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test('a stream of Go is found among those of all encoders', () => {
  const content = mixture(70_000);
  for (const level of [1, 5, 6, 9]) {
    const packed = deflate(content, level);
    const found = deflateParameters(packed, content);
    expect(found?.encoder).toBe('go');
    expect(found && digestOf(redeflateAtOnce(content, found))).toBe(digestOf(packed));
  }
  expect(deflateParameters(deflateRawSync(content), content)?.encoder).toBe('chromium');
});
