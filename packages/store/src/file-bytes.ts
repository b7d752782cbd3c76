import { read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { type Bytes, chunkSize, SpareArrays } from '@block-pack/core';
import { giveTurn } from './turn.ts';

/** Bytes: so few that they stay in the processor's cache until they are digested. */
const piece = 1 << 18;

/** The bytes of an open file from `offset` on: `length` of them, or fewer where the file ends before. A chunk is good only until the next one is asked for. */
export async function* fileBytes(file: number, offset: number, length: number): Bytes {
  const array = pieces.take();
  try {
    const end = offset + length;
    for (let at = offset; at < end; ) {
      const chunk = readChunk(file, at, Math.min(piece, end - at), array);
      if (chunk.length === 0) return;
      at += chunk.length;
      yield chunk;
      await giveTurn();
    }
  } finally {
    pieces.give(array);
  }
}

/** Arrays that no reader uses at the moment. Fresh memory costs more than reading into it: 704 MB took 0.6 s, and the collector 0.3 s more. */
const pieces = new SpareArrays(piece, 8);
const chunks = new SpareArrays(chunkSize, 8);

/**
 * Bytes from which on a call is handed to another thread: there the system copies while this one digests. Below, handing over costs more, above all
 * where the other threads deflate, and each call waits behind them.
 */
export const worthHandingOver = 1 << 18;

const readLater = promisify(read);

/** Like {@link fileBytes}, in larger chunks that another thread reads. */
export async function* passingBytes(file: number, offset: number, length: number): Bytes {
  const array = chunks.take();
  try {
    const end = offset + length;
    for (let at = offset; at < end; ) {
      const wanted = Math.min(array.length, end - at);
      const count =
        wanted < worthHandingOver
          ? readSync(file, array, 0, wanted, at)
          : (await readLater(file, array, 0, wanted, at)).bytesRead;
      if (count === 0) return;
      at += count;
      yield array.subarray(0, count);
      await giveTurn();
    }
  } finally {
    chunks.give(array);
  }
}

/**
 * Up to `length` bytes; fewer only at the file's end.
 * @param room for them; else they come in an array of their own, since whoever gets them may keep them
 */
export function readChunk(file: number, offset: number, length: number, room?: Uint8Array): Uint8Array {
  const chunk = room ?? new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
  let filled = 0;
  while (filled < length) {
    const count = readSync(file, chunk, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return chunk.subarray(0, filled);
}
