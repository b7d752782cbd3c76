import fc from 'fast-check';
import { typedStreamNames } from '../class/typed-streams.ts';
import type { ValueCoder } from '../class/value-coder.ts';
import { ValueMixer } from './value-mixer.ts';

/** A value, and whether it is mixed or known otherwise. */
export interface Told {
  readonly kind: number;
  readonly value: number;
  readonly by: keyof ValueCoder;
}

export const toldValue: fc.Arbitrary<Told> = fc.record({
  kind: fc.nat(typedStreamNames.length - 1),
  value: fc.oneof(fc.nat(3), fc.nat(0xffff), fc.integer({ min: 0, max: 0xffffffff })),
  by: fc.constantFrom('code', 'pass', 'lead'),
});

export function mixed(kind: number, value: number): Told {
  return { kind, value, by: 'code' };
}

export function written(told: readonly Told[]): Uint8Array {
  const mixer = new ValueMixer();
  tell(mixer, told);
  const packed = mixer.end();
  mixer.leave();
  return packed;
}

/** The values, as the mixer has them. */
export function tell(mixer: ValueMixer, told: readonly Told[]): number[] {
  return told.map(({ kind, value, by }) => {
    if (by === 'code') return mixer.code(kind, value);
    if (by === 'pass') mixer.pass(kind, value);
    else mixer.lead(kind, value);
    return value;
  });
}
