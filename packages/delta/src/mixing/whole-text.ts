import { concat } from '@block-pack/core';
import { Recurrence } from './recurrence.ts';
import type { StreamMixer } from './stream-mixer.ts';
import { TextContexts } from './text-contexts.ts';

/**
 * All of a stream of text.
 * @param known bytes in which some of it may stand
 */
export function mixText(mixer: StreamMixer, place: number, length: number, known: Uint8Array): void {
  if (length === 0) return;
  const bytes = concat([known, new Uint8Array(length)]);
  const recurrence = new Recurrence(bytes, known.length);
  const contexts = new TextContexts(bytes);
  recurrence.follow(-1, known.length);
  for (let at = known.length; at < bytes.length; at++) {
    if (at > known.length) recurrence.pass(at);
    const expected = recurrence.expected(at);
    contexts.set(mixer.around, at, expected, recurrence.run);
    const byte = mixer.expectedByte(place, TextContexts.count, expected, recurrence.run);
    bytes[at] = byte;
    contexts.pass(byte);
  }
}
