import type { ValueCoder } from '../class/value-coder.ts';
import { ValueMixer } from './value-mixer.ts';

/** A value, and whether it is mixed or known otherwise. */
export interface Told {
  readonly kind: number;
  readonly value: number;
  readonly by: keyof ValueCoder;
}

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
