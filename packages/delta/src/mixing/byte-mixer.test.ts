import type { BlockPackError } from '@block-pack/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteMixer } from './byte-mixer.ts';

const kinds = 2;

/** Codes bytes by the two before, of which the second is also what is expected. */
function coded(mixer: ByteMixer, bytes: Uint8Array): Uint8Array {
  let [one, two] = [0, 0];
  return bytes.map((byte, at) => {
    mixer.contexts.set([one, (one << 8) | two]);
    const made = mixer.code(byte, at % kinds, 2, one, two, at % 70);
    [two, one] = [one, made];
    return made;
  });
}

function encoded(bytes: Uint8Array): Uint8Array {
  const mixer = new ByteMixer(kinds, 16);
  coded(mixer, bytes);
  return mixer.end();
}

function decoded(packed: Uint8Array, length: number): Uint8Array {
  const mixer = new ByteMixer(kinds, 16, packed);
  const bytes = coded(mixer, new Uint8Array(length));
  mixer.end();
  return bytes;
}

/** The same on every machine: by a multiplication of integers. */
function fixedBytes(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, (_, at) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    return at % 3 === 0 ? state >>> 28 : at & 0xff;
  });
}

describe('bytes that are mixed', () => {
  it('come back, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(decoded(encoded(bytes), bytes.length)).toEqual(bytes);
      }),
      { numRuns: 60 },
    );
  });

  it('are the same on every version of Node, for ever', () => {
    const packed = encoded(fixedBytes(2_000));
    expect(packed.length).toBe(1678);
    expect(Buffer.from(packed.subarray(0, 24)).toString('hex')).toBe(
      'fc311584a2acdd936c29be927fc6a4d6f881194071246a91',
    );
    expect(Buffer.from(packed.subarray(-8)).toString('hex')).toBe('694d7bd63809b28d');
  });

  it('come back where others are coded between them', () => {
    const bytes = fixedBytes(3_000);
    const [one, other] = [new ByteMixer(kinds, 16), new ByteMixer(kinds, 16)];
    coded(one, bytes.subarray(0, 1_500));
    coded(other, bytes);
    expect(decoded(other.end(), 3_000)).toEqual(bytes);
    expect(decoded(one.end(), 1_500)).toEqual(bytes.subarray(0, 1_500));
  });

  it('are few where they are what was expected', () => {
    expect(encoded(new Uint8Array(10_000).fill(7)).length).toBeLessThan(120);
  });

  it('are refused where they end too early, or too late', () => {
    const packed = encoded(fixedBytes(500));
    expect(() => decoded(packed.subarray(0, -1), 500)).toThrow('end too early');
    expect(() => decoded(packed.subarray(0, 3), 500)).toThrow('end too early');
    expect(() => decoded(Uint8Array.of(...packed, 0), 500)).toThrow('end before their bytes do');
  });

  it('are some bytes or refused where they were never written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 400 }), (hostile, length) => {
        try {
          expect(decoded(hostile, length).length).toBe(length);
        } catch (error) {
          expect((error as BlockPackError).code).toBe('DELTA_INVALID');
        }
      }),
      { numRuns: 100 },
    );
  });
});
