import type { BlockPackError } from '@block-pack/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BitDecoder, BitEncoder } from './bit-coder.ts';
import { ByteMixer } from './byte-mixer.ts';
import { squashed, stretched } from './logistic.ts';

const kinds = 2;

/** Codes bytes by the two before, of which the second is also what is expected. */
function coded(mixer: ByteMixer, bytes: Uint8Array): Uint8Array {
  let [one, two] = [0, 0];
  return bytes.map((byte, at) => {
    mixer.contexts.set([one, (one << 8) | two]);
    const made = mixer.code(byte, at % kinds, 2, two, at % 70);
    [two, one] = [one, made];
    return made;
  });
}

function encoded(bytes: Uint8Array): Uint8Array {
  const encoder = new BitEncoder();
  coded(new ByteMixer(encoder, kinds, 16), bytes);
  return encoder.end();
}

function decoded(packed: Uint8Array, length: number): Uint8Array {
  const decoder = new BitDecoder(packed);
  const bytes = coded(new ByteMixer(decoder, kinds, 16), new Uint8Array(length));
  decoder.end();
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
    expect(packed.length).toBe(1738);
    expect(Buffer.from(packed.subarray(0, 24)).toString('hex')).toBe(
      'fc43a9fd5a0e82ff1a0606a4496d924631b4d599cef21ba5',
    );
    expect(Buffer.from(packed.subarray(-8)).toString('hex')).toBe('0de857ee36279200');
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

describe('probabilities', () => {
  it('rise with their logits, and are never certain', () => {
    for (let at = 1; at < squashed.length; at++)
      expect(squashed[at]).toBeGreaterThanOrEqual(squashed[at - 1] as number);
    expect([squashed[0], squashed[2048], squashed[4095]]).toEqual([22, 32_768, 65_513]);
  });

  it('have the logits of which they come', () => {
    expect([stretched[0], stretched[2048], stretched[4095]]).toEqual([-2048, 0, 2047]);
  });
});
