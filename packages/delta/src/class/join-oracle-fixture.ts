import { BlockPackError } from '@block-pack/core';
import { ClassJoiner } from './class-joiner.ts';
import { joinContents } from './split-contents.ts';
import { noCoder } from './value-coder.ts';

/** One for all tests of a file, so that what is left of one section would show in the next. */
const classes = new ClassJoiner();

/**
 * Makes contents of streams of which none is mixed, by the program and by `joinContents`.
 * @throws DELTA_INVALID where neither makes them; another error where they do not make the same
 */
export function joinedByBoth(streams: readonly Uint8Array[], size: number): Uint8Array {
  const lengths = streams.map(({ length }) => length);
  const made = classes.join(size, lengths, streams.entries())?.slice();
  const expected = outcomeOf(() => joinContents(streams, new Uint8Array(size), noCoder, new Set()));
  if (expected instanceof BlockPackError) {
    if (made !== undefined) throw new Error(`the program makes contents where ${expected.message}`);
    throw expected;
  }
  if (made === undefined) throw new Error('the program does not make contents that can be made');
  if (Buffer.compare(made, expected) !== 0) throw new Error('the program makes other contents');
  return made;
}

function outcomeOf(deed: () => Uint8Array): Uint8Array | BlockPackError {
  try {
    return deed();
  } catch (error) {
    if (error instanceof BlockPackError) return error;
    throw error;
  }
}
