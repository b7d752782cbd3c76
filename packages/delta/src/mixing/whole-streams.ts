import { concat } from '@block-pack/core';
import { hashed } from './hashed.ts';
import { Recurrence } from './recurrence.ts';
import { magnitude, type StreamMixer } from './stream-mixer.ts';
import { TextContexts } from './text-contexts.ts';

/** All of a stream of varints, each like those before. */
export function mixNumbers(mixer: StreamMixer, place: number): void {
  const last = { one: 0, two: 0, three: 0 };
  while (!mixer.atEnd(place)) {
    setLast(mixer.around, last);
    mixer.around[5] = hashed(magnitude(last.one), magnitude(last.two));
    pass(last, mixer.number(place, 6));
  }
}

/** All of a stream of bytes, each like those before. */
export function mixBytes(mixer: StreamMixer, place: number): void {
  const last = { one: 0, two: 0, three: 0 };
  while (!mixer.atEnd(place)) {
    setLast(mixer.around, last);
    pass(last, mixer.byte(place, 5));
  }
}

interface LastNumbers {
  one: number;
  two: number;
  three: number;
}

function setLast(around: Int32Array, { one, two, three }: LastNumbers): void {
  around[0] = one;
  around[1] = hashed(one, two);
  around[2] = two;
  around[3] = hashed(hashed(one, two), three);
  around[4] = three;
}

function pass(last: LastNumbers, number: number): void {
  last.three = last.two;
  last.two = last.one;
  last.one = number;
}

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
