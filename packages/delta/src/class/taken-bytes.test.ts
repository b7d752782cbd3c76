import fc from 'fast-check';
import { expect, test } from 'vitest';
import { refusalOf } from '../refusal-fixture.ts';
import { TakenBytes } from './taken-bytes.ts';

test('bytes are taken once, in whatever order', () => {
  const run = fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 12 }));
  fc.assert(
    fc.property(fc.array(run), fc.boolean(), (runs, isSorted) => {
      const taken = new TakenBytes(60);
      const expected = new Set<number>();
      const inOrder = isSorted ? runs.toSorted(([one], [other]) => one - other) : runs;
      for (const [start, length] of inOrder) {
        const bytes = Array.from({ length }, (_, i) => start + i);
        const isFree = bytes.every((at) => !expected.has(at));
        expect(taken.isFree(start)).toBe(!expected.has(start));
        expect(refusalOf(() => taken.take(start, start + length))).toBe(isFree ? 'made' : 'DELTA_INVALID');
        for (const at of isFree ? bytes : []) expected.add(at);
      }
      for (let at = 0; at < 60; at++) expect(taken.isFree(at)).toBe(!expected.has(at));
    }),
  );
});
