import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { digestOf } from '@block-pack/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deflateParameters } from './deflate-search.ts';
import { goLevels } from './go-encoder.ts';
import { redeflateAtOnce } from './redeflate.ts';

const deflate = (content: Uint8Array, level: number) =>
  redeflateAtOnce(content, { encoder: 'go', level, memLevel: 8 });

/** Noise, runs, and words of small vocabularies in turn, so that all kinds of blocks occur; the same every time. */
function mixture(length: number): Uint8Array {
  let state = 0x2545f491;
  const next = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const kind = next(4);
    const end = Math.min(length, at + 1 + next(60_000));
    while (at < end) {
      if (kind === 0) bytes[at++] = next(256);
      else if (kind === 1) bytes[at++] = next(500) === 0 ? next(4) : 0;
      else {
        const word = next(kind === 2 ? 300 : 40_000);
        for (let i = 0; i <= 2 + (word % 11) && at < end; i++) bytes[at++] = 97 + ((word * (i + 3)) % 23);
      }
    }
  }
  return bytes;
}

// What compress/flate of Go 1.26.8 writes for them: flate.NewWriter, then io.Copy of the content.
test.each([
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
    fc.property(content, fc.constantFrom(...goLevels), (bytes, level) => {
      expect(inflateRawSync(deflate(bytes, level)).equals(bytes)).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test('a stream of Go is found among those of all encoders', () => {
  const content = mixture(70_000);
  for (const level of [5, 6, 9]) {
    const packed = deflate(content, level);
    const found = deflateParameters(packed, content);
    expect(found?.encoder).toBe('go');
    expect(found && digestOf(redeflateAtOnce(content, found))).toBe(digestOf(packed));
  }
  expect(deflateParameters(deflateRawSync(content), content)?.encoder).toBe('chromium');
});
