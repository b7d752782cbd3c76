import { inflateRawSync } from 'node:zlib';
import { bytesOf, digestOf } from '@block-pack/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DeflateParameters, deflateCode, deflateParametersOf } from './deflate-parameters.ts';
import { DeflateSearch } from './deflate-search.ts';
import { mixture } from './mixture-fixture.ts';
import { redeflateAtOnce } from './redeflate.ts';

// What klauspost/compress 1.17.11 and 1.20.3 write for them in the blocks of pgzip 1.2.6, and compress/flate of Go 1.27.0.
test.each([
  ['pgzip-1.15', 300, 5, 8, '96b78fbfd6dd0c65'],
  ['pgzip-1.18', 300, 5, 8, '96b78fbfd6dd0c65'],
  ['go-1.27', 300, 5, 8, '06f8e885178a021a'],
  ['pgzip-1.15', 65600, 1, 8, '78e248c2ded19144'],
  ['pgzip-1.15', 65600, 5, 8, '9989a5203e233297'],
  ['pgzip-1.15', 65600, 6, 8, '9b6579e24dc1c56f'],
  ['pgzip-1.15', 65600, 5, 6, '9989a5203e233297'],
  ['pgzip-1.18', 65600, 1, 8, '0779309a8ecd7eae'],
  ['pgzip-1.18', 65600, 5, 8, '9eb072b10a2b9280'],
  ['pgzip-1.18', 65600, 6, 8, '38fa287306057d51'],
  ['pgzip-1.18', 65600, 5, 6, '9eb072b10a2b9280'],
  ['go-1.27', 65600, 1, 8, '99c6754b6ba2a6a1'],
  ['go-1.27', 65600, 5, 8, '93c1bc622a30c095'],
  ['go-1.27', 65600, 6, 8, '174473eb18029864'],
  ['pgzip-1.15', 1200000, 1, 8, '79a614cafffc76b4'],
  ['pgzip-1.15', 1200000, 5, 8, 'a0c853ec86f175dd'],
  ['pgzip-1.15', 1200000, 6, 8, 'bf46280d3fe2e6c2'],
  ['pgzip-1.15', 1200000, 5, 6, '8505bb555aa518a1'],
  ['pgzip-1.18', 1200000, 1, 8, '98aaf3ad3ec4b840'],
  ['pgzip-1.18', 1200000, 5, 8, 'bfeca9f0de5a1ea7'],
  ['pgzip-1.18', 1200000, 6, 8, '9463232c9bfffcb9'],
  ['pgzip-1.18', 1200000, 5, 6, 'da91134327b196ae'],
  ['go-1.27', 1200000, 1, 8, '4b23e6da6b1c94dd'],
  ['go-1.27', 1200000, 5, 8, 'a190b7350cb9155f'],
  ['go-1.27', 1200000, 6, 8, '3d780b6aca827322'],
] as const)(
  '%s writes %i bytes at level %i, memory level %i, as the tool does',
  (encoder, length, level, memLevel, digest) => {
    const packed = redeflateAtOnce(mixture(length), { encoder, level, memLevel });
    expect(digestOf(packed).slice(7, 23)).toBe(digest);
  },
);

const parameters: fc.Arbitrary<DeflateParameters> = fc.oneof(
  fc.record({
    encoder: fc.constantFrom('pgzip-1.15' as const, 'pgzip-1.18' as const),
    level: fc.constantFrom(1, 5, 6),
    memLevel: fc.constantFrom(6, 8),
  }),
  fc.record({
    encoder: fc.constant('go-1.27' as const),
    level: fc.constantFrom(1, 5, 6),
    memLevel: fc.constant(8),
  }),
);

test('what it writes is what went in, at every level and for any content', () => {
  const repeated = fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.integer({ min: 0, max: 270_000 }))
    .map(([unit, length]) => new Uint8Array(Buffer.alloc(length, unit)));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 3000 }), repeated), parameters, (content, one) => {
      expect(inflateRawSync(redeflateAtOnce(content, one)).equals(content)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test('a layer of podman, umoci, or Docker with a new Go is found among those of all encoders', async () => {
  const content = mixture(300_000);
  for (const one of [
    { encoder: 'pgzip-1.15', level: 5, memLevel: 8 },
    { encoder: 'pgzip-1.18', level: 5, memLevel: 8 },
    { encoder: 'pgzip-1.18', level: 5, memLevel: 6 },
    { encoder: 'go-1.27', level: 6, memLevel: 8 },
    { encoder: 'go-1.27', level: 1, memLevel: 8 },
  ] as const) {
    const packed = redeflateAtOnce(content, one);
    const [there, whole] = [() => bytesOf(packed), () => bytesOf(content)];
    expect(await new DeflateSearch().findInStream(there, whole, content.length)).toEqual(one);
  }
});

test('levels and blocks that nobody has written again stand for nothing', () => {
  for (const one of [
    { encoder: 'pgzip-1.15', level: 9, memLevel: 8 },
    { encoder: 'pgzip-1.18', level: 5, memLevel: 9 },
    { encoder: 'go-1.27', level: 2, memLevel: 8 },
    { encoder: 'go-1.27', level: 6, memLevel: 6 },
  ] as const)
    expect(deflateParametersOf(deflateCode(one))).toBeUndefined();
});
