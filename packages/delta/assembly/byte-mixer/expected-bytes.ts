import { stretched } from './logistic';

/** Lengths of runs in which what was expected came, that are told apart. */
const runLengths: i32 = 64;

/** By kind and run length: how likely the expected bit is, in 2^16ths. */
const hits = memory.data(2 * 64 * 80, 16);
let current: usize = 0;

export function beginExpecting(kinds: i32): void {
  for (let at = 0; at < runLengths * kinds; at++)
    store<u16>(hits + 2 * at, <u16>(65_535 - 65_535 / ((at & (runLengths - 1)) + 3)));
}

/** @param bit that is expected, or -1 */
export function expectation(kind: i32, run: i32, bit: i32): i32 {
  if (bit < 0) return 0;
  current = hits + 2 * (runLengths * kind + min(run, runLengths - 1));
  const logit = stretched(load<u16>(current));
  return bit === 0 ? -logit : logit;
}

/** How far the expected byte is to be trusted, 1 to 3: by that, predictions are weighed. */
export function trust(run: i32): i32 {
  return run < 8 ? 1 : run < 32 ? 2 : 3;
}

export function learnExpected(isHit: bool): void {
  const likely: i32 = load<u16>(current);
  store<u16>(current, <u16>(likely + (((isHit ? 65_535 : 0) - likely) >> 6)));
}
