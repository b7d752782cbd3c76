import fc from 'fast-check';
import { Deflate } from 'pako';
import { expect, test } from 'vitest';
import type { DeflateParameters } from './deflate-parameters.ts';
import { redeflateAtOnce } from './redeflate.ts';

/** What pako writes, which is zlib in another language; all content is there at once. */
function byPako(content: Uint8Array, { encoder, level, memLevel }: DeflateParameters): Uint8Array {
  const legacyHash = encoder === 'zlib';
  const deflate = new Deflate({ level: level as 6, memLevel: memLevel as 8, raw: true, legacyHash });
  if (!deflate.push(content, true)) throw new Error(deflate.msg);
  return deflate.result as Uint8Array;
}

const isAsPako = (content: Uint8Array, parameters: DeflateParameters): boolean =>
  Buffer.compare(redeflateAtOnce(content, parameters), byPako(content, parameters)) === 0;

const levels = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const everyParameter = (['zlib', 'chromium'] as const).flatMap((encoder) =>
  levels.flatMap((level) => levels.map((memLevel) => ({ encoder, level, memLevel }))),
);

const parameters: fc.Arbitrary<DeflateParameters> = fc.constantFrom(...everyParameter);

test('every stream is the one that pako writes, whatever the parameters and the content', () => {
  fc.assert(
    fc.property(content(), parameters, (bytes, one) => isAsPako(bytes, one)),
    { numRuns: 400 },
  );
});

test('so it is where the content ends beside a place at which the window moves on', () => {
  const ends = [32_506, 32_768, 65_274, 65_536, 98_042, 98_304];
  const size = fc.tuple(fc.constantFrom(...ends), fc.integer({ min: -3, max: 3 }));
  const far = fc.tuple(size, fc.constantFrom(32_500, 32_506, 32_507, 32_768), fc.integer());
  fc.assert(
    fc.property(far, parameters, ([[end, more], period, seed], one) =>
      isAsPako(repeated(end + more, period, seed), one),
    ),
    { numRuns: 40 },
  );
});

test('so it is where matches begin at few places, and end as very many others do', () => {
  const runs = fc.array(fc.tuple(fc.nat(3), fc.nat(60)), { minLength: 200, maxLength: 600 });
  fc.assert(
    fc.property(runs, parameters, (some, one) =>
      isAsPako(
        Buffer.concat(
          some.map(([letter, zeros]) => Buffer.from(['a', 'bc', 'def', 'ghij'][letter] + '\0'.repeat(zeros))),
        ),
        one,
      ),
    ),
    { numRuns: 40 },
  );
});

test('what was deflated before with the same encoder leaves no trace', () => {
  const noise = repeated(70_000, 70_000, 1);
  const short = Buffer.from('of an end, of an end of');
  for (const one of everyParameter) {
    redeflateAtOnce(noise, { encoder: 'zlib', level: 1, memLevel: 9 });
    expect(isAsPako(short, one), JSON.stringify(one)).toBe(true);
  }
});

/** Bytes of a few kinds, runs, and words that come again. */
function content(): fc.Arbitrary<Uint8Array> {
  const unit = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(fc.constantFrom(0, 1, 32, 200), { maxLength: 300 }).map((bytes) => Uint8Array.from(bytes)),
  );
  return fc
    .tuple(fc.array(unit, { minLength: 1, maxLength: 8 }), fc.array(fc.nat(1000), { maxLength: 60 }))
    .map(([units, order]) => Buffer.concat(order.map((i) => units[i % units.length] as Uint8Array)));
}

/** Noise that comes again after so many bytes, and differs now and then. */
function repeated(size: number, period: number, seed: number): Uint8Array {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    return state >>> 16;
  };
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at++)
    bytes[at] = at < period || next() % 40 === 0 ? next() : (bytes[at - period] as number);
  return bytes;
}
