import { BlockPackError } from '@block-pack/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyCovers } from './apply-covers.ts';
import { decodePieces } from './pieces.ts';
import { decodeSectionHeader } from './section.ts';
import type { CoverStreams } from './streams.ts';

const nothing: CoverStreams = {
  coverLengths: new Uint8Array(),
  literalLengths: new Uint8Array(),
  origins: new Uint8Array(),
  seeks: new Uint8Array(),
  differences: new Uint8Array(),
  values: new Uint8Array(),
  literals: new Uint8Array(),
};

/** A cover of four bytes that makes all of the new ones. */
const one = { coverLengths: [4], literalLengths: [0], origins: [0], seeks: [0] };

describe('covers of hostile origin', () => {
  it.each([
    ['that begin before the base', { ...one, seeks: [1] }],
    ['of bytes that are not there yet', { ...one, seeks: [8] }],
    ['of no bytes', { ...one, coverLengths: [0] }],
    ['longer than what is to be made', { ...one, coverLengths: [5] }],
    ['behind literals that are longer', { ...one, literalLengths: [5], literals: [1, 1, 1, 1, 1] }],
    ['from an origin that there is not', { ...one, origins: [8] }],
    ['without an origin', { ...one, origins: [] }],
    ['with a seek too many', { ...one, seeks: [0, 0] }],
    ['with a number that never ends', { ...one, seeks: new Array(9).fill(0x80) }],
    ['with a number beyond all', { ...one, seeks: new Array(7).fill(0xff).concat(0x7f) }],
    ['with a difference behind their end', { ...one, differences: [4], values: [1] }],
    ['with a value too many', { ...one, differences: [0], values: [1, 2] }],
    ['with a value too few', { ...one, differences: [0] }],
    ['too short for what is to be made', { ...one, coverLengths: [3] }],
    ['with a literal too many', { ...one, literals: [1] }],
  ])('are refused: %s', (_, streams) => {
    expect(codeOf(() => applied(streams))).toBe('DELTA_INVALID');
  });

  it('are taken when nothing is wrong with them', () => {
    expect(applied({ ...one, differences: [1], values: [255] })).toEqual([10, 10, 12, 13]);
  });

  it('make something or are refused, whatever they are', () => {
    const small = fc.array(fc.oneof(fc.nat({ max: 6 }), fc.nat({ max: 255 })), { maxLength: 6 });
    const streams = fc.record({
      coverLengths: small,
      literalLengths: small,
      origins: small,
      seeks: small,
      differences: small,
      values: small,
      literals: small,
    });
    fc.assert(
      fc.property(streams, fc.constantFrom('split', 'joined'), (hostile, form) => {
        const code = codeOf(() => applied(hostile, form));
        expect([undefined, 'DELTA_INVALID']).toContain(code);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('a header of hostile origin', () => {
  const lengths = [0, 0, 0, 0, 0, 0, 0, 3, 3];

  it.each([
    ['of a transform that is not known', [1, 0, 3, 0, ...lengths]],
    ['of a form that is not known', [0, 2, 3, 0, ...lengths]],
    ['that makes nothing', [0, 0, 0, 0, ...lengths]],
    ['that makes more than fits', [0, 0, 0x81, 0x80, 0x80, 0x20, 0, ...lengths]],
    ['of a base larger than fits', [0, 0, 3, 0x81, 0x80, 0x80, 0x20, ...lengths]],
    ['whose streams are larger than ever needed', [0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x80, 0x80, 1, 3]],
    ['whose stream is longer packed than not', [0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 3, 4]],
    ['that goes on', [0, 0, 3, 0, ...lengths, 0]],
    ['that ends early', [0, 0, 3, 0, ...lengths.slice(1)]],
  ])('is refused: %s', (_, bytes) => {
    expect(codeOf(() => decodeSectionHeader(Uint8Array.from(bytes)))).toBe('DELTA_INVALID');
  });

  it('is taken when nothing is wrong with it', () => {
    const header = decodeSectionHeader(Uint8Array.from([0, 0, 3, 0, ...lengths]));
    expect(header).toMatchObject({ transform: 'none', form: 'split', newLength: 3, baseLength: 0 });
  });
});

describe('pieces of hostile origin', () => {
  it.each([
    ['of a base that there is not', [4]],
    ['of a base before the first', [2]],
    ['that reach behind the base', [1, 5, 6]],
    ['of another length than the section says', [0, 3]],
  ])('are refused: %s', (_, bytes) => {
    expect(codeOf(() => pieces(bytes))).toBe('DELTA_INVALID');
  });

  it('are refused when there are more than are ever needed', () => {
    const endless = [1, 0, 0, ...new Array<number[]>(1 << 16).fill([3, 0, 0]).flat()];
    expect(() => pieces(endless)).toThrow('more than 65536 pieces');
  });

  it('are taken when nothing is wrong with them', () => {
    expect(pieces([1, 5, 5, 3, 0, 5])).toEqual([
      { index: 0, offset: 5, length: 5 },
      { index: 0, offset: 0, length: 5 },
    ]);
  });

  function pieces(bytes: readonly number[]) {
    const source = { size: 10, read: () => Promise.reject(new Error('nobody reads')) };
    return decodePieces(Uint8Array.from(bytes), [source], 10);
  }
});

/** Makes four bytes of the base 10, 11, 12, 13. */
function applied(
  streams: { readonly [name in keyof CoverStreams]?: readonly number[] },
  form: 'split' | 'joined' = 'split',
): number[] {
  const bytes = Uint8Array.of(10, 11, 12, 13, 0, 0, 0, 0);
  const given = Object.entries(streams).map(([name, numbers]) => [name, Uint8Array.from(numbers)]);
  applyCovers({ bytes, baseLength: 4 }, { ...nothing, ...Object.fromEntries(given) }, form);
  return [...bytes.subarray(4)];
}

function codeOf(deed: () => unknown): string | undefined {
  try {
    deed();
    return undefined;
  } catch (error) {
    if (error instanceof BlockPackError) return error.code;
    throw error;
  }
}
