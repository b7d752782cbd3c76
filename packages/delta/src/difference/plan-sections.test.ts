import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowedCost, costOf } from './allowance.ts';
import { type BaseSize, planSections } from './plan-sections.ts';

const mebibyte = 1 << 20;
const length = 24 * mebibyte;

describe('sections of contents that have large bases', () => {
  it('cost no more than a reader allows, whatever names what', async () => {
    const sizes = fc.oneof(fc.nat({ max: 9 }), fc.nat({ max: 20_000 }), fc.nat({ max: 70 * mebibyte }));
    const content = fc.record({ size: sizes, base: fc.option(fc.nat({ max: 5 }), { nil: undefined }) });
    const contents = fc
      .array(content, { maxLength: 20 })
      .chain((some) =>
        fc.integer({ min: 1, max: 40 }).map((times) => Array.from({ length: times }, () => some).flat()),
      );
    await fc.assert(
      fc.asyncProperty(
        contents,
        fc.array(fc.record({ size: sizes, unpacked: fc.boolean() }), { minLength: 6, maxLength: 9 }),
        async (wanted, bases) => {
          const plans = await planned(wanted, bases);
          const made = plans.flatMap((plan) => plan.contents.map((piece) => piece.length));
          const total = sum(wanted.map(({ size }) => size));
          expect(sum(made)).toBe(total);
          expect(sum(plans.map((plan) => costOf(plan.bases, bases)))).toBeLessThanOrEqual(allowedCost(total));
        },
      ),
    );
  });

  it.each([
    ['that has to be unpacked as a whole', { size: 1 << 30, unpacked: true }, 0],
    ['with which they share nothing', { size: 1 << 30 }, undefined],
  ])('are few where small contents have a large base %s', async (_, base, start) => {
    const contents = Array.from({ length: 1_000 }, () => ({ size: 1, base: 0 }));
    const plans = await planSections(contents, [base], length, async () => [start]);
    expect(sum(plans.map((plan) => costOf(plan.bases, [base])))).toBeLessThanOrEqual(allowedCost(1_000));
  });

  it('never have more bytes than they may, be a content or its base gigabytes', async () => {
    const sizes = fc.oneof(fc.nat({ max: 5 * 2 ** 30 }), fc.nat({ max: 2 * length }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(sizes, sizes), { maxLength: 4 }), async (pairs) => {
        const contents = pairs.map(([size], base) => ({ size, base }));
        const plans = await planned(
          contents,
          pairs.map(([, size]) => ({ size })),
        );
        const bytes = (pieces: readonly { length: number }[]) => sum(pieces.map((piece) => piece.length));
        expect(Math.max(0, ...plans.map((plan) => bytes(plan.contents)))).toBeLessThanOrEqual(length);
        expect(Math.max(0, ...plans.map((plan) => bytes(plan.bases)))).toBeLessThanOrEqual(length);
        expect(sum(plans.map((plan) => bytes(plan.contents)))).toBe(sum(pairs.map(([size]) => size)));
      }),
    );
  });

  it('are few where each content is a byte, and keep the first bases', async () => {
    const contents = Array.from({ length: 2_000 }, (_, base) => ({ size: 1, base }));
    const plans = await planned(
      contents,
      contents.map(() => ({ size: 20 * mebibyte })),
    );
    expect(plans.map(({ bases }) => bases.length)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('keep every base that is about as large as what is made of it', async () => {
    const contents = Array.from({ length: 500 }, (_, base) => ({ size: mebibyte, base }));
    const plans = await planned(
      contents,
      contents.map(() => ({ size: 2 * mebibyte })),
    );
    expect(plans.flatMap(({ bases }) => bases)).toHaveLength(500);
  });

  function planned(
    contents: readonly { size: number; base?: number | undefined }[],
    bases: readonly BaseSize[],
  ) {
    const wanted = contents.map(({ size, base }) => (base === undefined ? { size } : { size, base }));
    return planSections(wanted, bases, length, async (content, _base, partLength) => {
      const parts = Math.ceil((wanted[content]?.size ?? 0) / partLength);
      return Array.from({ length: parts }, (_, part) => (part % 5 === 4 ? undefined : 0));
    });
  }

  function sum(numbers: readonly number[]): number {
    return numbers.reduce((total, each) => total + each, 0);
  }
});
