import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { suffixArray } from './suffix-array.ts';

describe('a suffix array', () => {
  it('has all suffixes in the order of their bytes', () => {
    const letters = fc
      .integer({ min: 1, max: 255 })
      .chain((max) => fc.array(fc.nat({ max }), { maxLength: 200 }));
    fc.assert(
      fc.property(letters, (text) => {
        const bytes = Uint8Array.from(text);
        expect([...suffixArray(bytes)]).toEqual(sorted(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  it('is right for what repeats itself', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 8 }),
        fc.nat({ max: 40 }),
        (period, times) => {
          const bytes = Uint8Array.from(Array.from({ length: times }, () => period).flat());
          expect([...suffixArray(bytes)]).toEqual(sorted(bytes));
        },
      ),
    );
  });
});

function sorted(bytes: Uint8Array): number[] {
  return [...bytes.keys()].sort((a, b) => Buffer.compare(bytes.subarray(a), bytes.subarray(b)));
}
