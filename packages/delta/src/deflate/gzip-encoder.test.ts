import { inflateRawSync } from 'node:zlib';
import { bytesOf, digestOf } from '@block-pack/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DeflateSearch } from './deflate-search.ts';
import { mixture } from './mixture-fixture.ts';
import { redeflateAtOnce } from './redeflate.ts';

const deflate = (content: Uint8Array, level: number, memLevel = 8) =>
  redeflateAtOnce(content, { encoder: 'gzip', level, memLevel });

// What GNU gzip 1.12 writes for them between header and trailer.
test.each([
  [10, 1, '077f9485d8de9b71'],
  [10, 6, '077f9485d8de9b71'],
  [300, 1, '043f672b17a83509'],
  [300, 6, '8a2eeedb25bce0c8'],
  [65600, 1, '65a55ea5a8b8715e'],
  [65600, 6, '1b70c936c911d3af'],
  [131073, 1, 'd3fec682f8e4d379'],
  [131073, 6, '29123d0f32b23018'],
  [1200000, 1, 'd8e39c6ddb2a2bfc'],
  [1200000, 2, 'a3d395ac5ac0b5cf'],
  [1200000, 3, 'f83125e066d97029'],
  [1200000, 4, 'f46e58809196f819'],
  [1200000, 5, '8f21147974406adc'],
  [1200000, 6, 'ba8f30bfdee7b0e9'],
  [1200000, 7, '9d5b8c9f68d47de5'],
  [1200000, 8, '3e38505aa5465a6e'],
  [1200000, 9, '5003a47cd44e6a2b'],
] as const)(
  'of %i bytes, the stream is the one that GNU gzip writes at level %i',
  (length, level, digest) => {
    expect(digestOf(deflate(mixture(length), level)).slice(7, 23)).toBe(digest);
  },
);

// What the gzip of BusyBox 1.37.0 writes for them, as the official image has it.
test.each([
  [300, '8a2eeedb25bce0c8'],
  [65600, '5432f7170cca489f'],
  [131073, 'a98c85da69401126'],
  [1200000, 'd5f6c1e3cfa816cc'],
] as const)('of %i bytes, the stream with little memory is the one that busybox writes', (length, digest) => {
  expect(digestOf(deflate(mixture(length), 6, 6)).slice(7, 23)).toBe(digest);
});

test('what it writes is what went in, at every level and for any content', () => {
  const content = fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(140_000))
    .map(([unit, length]) => new Uint8Array(Buffer.alloc(length, unit)));
  fc.assert(
    fc.property(content, fc.integer({ min: 1, max: 9 }), fc.constantFrom(6, 8), (bytes, level, memLevel) => {
      expect(inflateRawSync(deflate(bytes, level, memLevel)).equals(bytes)).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test('streams of GNU gzip and of busybox are found among those of all encoders, also where content is read at once', async () => {
  const content = mixture(1_100_000);
  for (const [level, memLevel] of [
    [9, 8],
    [6, 8],
    [1, 8],
    [6, 6],
  ] as const) {
    const packed = deflate(content, level, memLevel);
    const search = new DeflateSearch();
    const found = await search.findInStream(
      () => bytesOf(packed),
      () => bytesOf(content),
      content.length,
    );
    expect(found).toEqual({ encoder: 'gzip', level, memLevel });
  }
});
