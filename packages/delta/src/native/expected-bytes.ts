import { copyBytes } from '../copy-bytes.ts';
import { type Cover, isOfBase, type Window } from '../difference/cover.ts';
import type { Programs } from './programs.ts';
import { ReferencePrediction } from './reference-prediction.ts';

/** What a reader expects of the new bytes that are covered, before it corrects them; others are 0. */
export function expectedBytes(window: Window, programs: Programs, covers: readonly Cover[]): Uint8Array {
  const { bytes, baseLength } = window;
  const expected = new Uint8Array(bytes.length - baseLength);
  const made = { bytes: bytes.slice(), baseLength };
  const prediction = new ReferencePrediction(made, programs, covers);
  const correct = (from: number, to: number): void => {
    copyBytes(made.bytes, from, to, expected, from - baseLength);
    copyBytes(bytes, from, to, made.bytes, from);
  };
  for (const cover of covers) {
    if (isOfBase(cover, baseLength)) prediction.copy(cover, correct);
    else expected.set(bytes.subarray(cover.source, cover.source + cover.length), cover.target - baseLength);
  }
  return expected;
}
