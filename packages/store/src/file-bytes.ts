import { readSync } from 'node:fs';
import type { Bytes } from '@block-pack/core';
import { Turns } from './turn.ts';

/**
 * Bytes. Every chunk has memory of its own, and fresh memory in larger pieces costs more to get than the fewer calls save:
 * 400 MB packed in 0.75 s with this, 0.90 s with 1 MiB.
 */
const piece = 1 << 18;

/** The bytes of an open file from `offset` on: `length` of them, or fewer where the file ends before. */
export async function* fileBytes(file: number, offset: number, length: number): Bytes {
  const turns = new Turns();
  const end = offset + length;
  for (let at = offset; at < end; ) {
    const chunk = readChunk(file, at, Math.min(piece, end - at));
    if (chunk.length === 0) return;
    at += chunk.length;
    yield chunk;
    if (turns.due) await turns.give();
  }
}

/** Up to `length` bytes in an array of their own, since whoever gets them may keep them; fewer only at the file's end. */
export function readChunk(file: number, offset: number, length: number): Uint8Array {
  const chunk = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(file, chunk, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return new Uint8Array(chunk.buffer, 0, filled);
}
