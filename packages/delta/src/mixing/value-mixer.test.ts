import { digestOf } from '@block-pack/core';
import { fuzzRuns } from '@block-pack/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { typedStreamNames } from '../class/typed-streams.ts';
import { mixed, type Told, tell, written } from './told-values-fixture.ts';
import { ValueMixer } from './value-mixer.ts';

const tellings = fc.array(
  fc.record({
    kind: fc.nat(typedStreamNames.length - 1),
    value: fc.oneof(fc.nat(3), fc.nat(0xffff), fc.integer({ min: 0, max: 0xffffffff })),
    by: fc.constantFrom('code', 'pass', 'lead'),
  }),
  { maxLength: 200 },
);

describe('mixed values', () => {
  it('come back, whatever they are', () => {
    fc.assert(
      fc.property(tellings, (told) => {
        // What comes again is expected, and coded in another way.
        const twice = [...told, ...told];
        expect(read(written(twice), twice)).toEqual(twice.map(({ value }) => value));
      }),
      fuzzRuns(60),
    );
  });

  it('are a tenth of a byte each where they go on as before', () => {
    const told = Array.from({ length: 40_000 }, (_, i) => mixed(i % 7, ((i % 1000) * 37) % 251));
    expect(written(told).length).toBeLessThan(told.length / 10);
  });

  it('are refused where their bytes end early, or are left over', () => {
    const told = Array.from({ length: 500 }, (_, i) => mixed(i % 40, (i * i) % 97));
    const packed = written(told);
    for (const end of [0, 3, 4, 100, packed.length - 20])
      expect(() => read(packed.subarray(0, end), told)).toThrow('mixed streams end too early');
    const longer = Uint8Array.from([...packed, 0, 0]);
    expect(() => read(longer, told)).toThrow('mixed streams end before their bytes do');
  });

  it('are some values of 32 bits, or refused, whatever the bytes are', () => {
    const told = Array.from({ length: 300 }, (_, i) => mixed(i % 78, 0));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          for (const value of read(bytes, told)) expect(value).toBe(value >>> 0);
        } catch (error) {
          expect(error).toMatchObject({ code: 'DELTA_INVALID' });
        }
      }),
      fuzzRuns(60),
    );
  });

  it('are these bytes for ever', () => {
    let state = 1;
    const told = Array.from({ length: 20_000 }, (_, i): Told => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      const by = i % 11 === 0 ? 'lead' : i % 13 === 0 ? 'pass' : 'code';
      return { kind: (i * 7) % 78, value: state >>> (31 - (i % 31)), by };
    });
    const packed = written([...told, ...told]);
    expect([packed.length, digestOf(packed)]).toMatchInlineSnapshot(`
      [
        60183,
        "sha256:29ad6714f0fcafcd2aa44e3ad0e09ec75bbe2ff70cbf6bcaf0fed73ad0af426d",
      ]
    `);
  });
});

function read(packed: Uint8Array, told: readonly Told[]): number[] {
  const mixer = new ValueMixer(packed);
  try {
    const values = tell(
      mixer,
      told.map((one) => (one.by === 'code' ? { ...one, value: 0 } : one)),
    );
    mixer.end();
    return values;
  } finally {
    mixer.leave();
  }
}
