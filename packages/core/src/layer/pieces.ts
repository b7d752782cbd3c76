import type { Bytes } from '../bytes.ts';
import type { SpareArrays } from '../spare-arrays.ts';

/** A run of a stream's bytes, good until the next one is asked for. */
export interface Piece {
  readonly piece: Uint8Array;
  readonly last: boolean;
}

/**
 * The same bytes cut at multiples of a size, however they came. The last piece holds what is left; it is empty only when there are no bytes at all.
 * @param arrays of that size: for pieces that do not lie in one chunk
 */
export async function* inPieces(content: Bytes, arrays: SpareArrays): AsyncIterable<Piece> {
  const { length: size } = arrays;
  const joined = arrays.take();
  let filled = 0;
  try {
    for await (const chunk of content) {
      for (let at = 0; at < chunk.length; ) {
        // A full piece waits for the next byte, which says that it is not the last.
        if (filled === size) {
          yield { piece: joined, last: false };
          filled = 0;
        }
        if (filled === 0 && chunk.length - at > size) {
          yield { piece: chunk.subarray(at, at + size), last: false };
          at += size;
          continue;
        }
        const part = chunk.subarray(at, at + size - filled);
        joined.set(part, filled);
        at += part.length;
        filled += part.length;
      }
    }
    yield { piece: joined.subarray(0, filled), last: true };
  } finally {
    arrays.give(joined);
  }
}
