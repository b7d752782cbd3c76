import type { Bytes } from '../bytes.ts';

/** A run of a stream's bytes, good until the next one is asked for. */
export interface Piece {
  readonly piece: Uint8Array;
  readonly last: boolean;
}

/** The same bytes cut at multiples of `size`, however they came. The last piece holds what is left; it is empty only when there are no bytes at all. */
export async function* inPieces(content: Bytes, size: number): AsyncIterable<Piece> {
  const piece = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length; ) {
      // A full piece waits for the next byte, which says that it is not the last.
      if (filled === size) {
        yield { piece, last: false };
        filled = 0;
      }
      const part = chunk.subarray(at, at + size - filled);
      piece.set(part, filled);
      at += part.length;
      filled += part.length;
    }
  }
  yield { piece: piece.subarray(0, filled), last: true };
}
