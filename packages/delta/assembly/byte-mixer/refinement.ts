import { squashed, sure } from './logistic';

/** Logits in steps of a half: between two of them the likelihood is between theirs. */
const steps: i32 = 33;
const rowLength: usize = 2 * steps;

const learning: i32 = 6;

/** By kind and the bits before: how likely a 1 was in truth, in 2^16ths, by how likely it was taken for. */
const rows = memory.data(66 * 256 * 32, 16);

/** The likelihood that learns from this bit. */
let nearest: usize = 0;

export function beginRefining(kinds: i32): void {
  for (let step = 0; step < steps; step++)
    store<u16>(rows + 2 * step, <u16>squashed(min(128 * step - 2048, 2047)));
  for (let row = 1; row < 256 * kinds; row++) memory.copy(rows + rowLength * row, rows, rowLength);
}

/** How likely a 1 is, in 2^16ths. */
export function refined(logit: i32, kind: i32, begun: i32): i32 {
  const at = rows + rowLength * ((kind << 8) | begun) + 2 * ((logit + 2048) >> 7);
  const rest = logit & 127;
  nearest = rest < 64 ? at : at + 2;
  const between = (load<u16>(at) * (128 - rest) + load<u16>(at + 2) * rest) >> 7;
  return sure((squashed(logit) + between) >> 1);
}

export function learnRefined(bit: i32): void {
  const likelihood: i32 = load<u16>(nearest);
  store<u16>(nearest, <u16>(likelihood + (((bit === 1 ? 65_535 : 0) - likelihood) >> learning)));
}
