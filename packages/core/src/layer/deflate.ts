import { setImmediate as turn } from 'node:timers/promises';
import { createDeflateRaw } from 'node:zlib';
import { Deflate } from 'pako';
import type { Bytes } from '../bytes.ts';
import { SpareArrays } from '../spare-arrays.ts';
import { isZlibExact } from './deflate-self-test.ts';
import { inPieces } from './pieces.ts';
import { type DeflateLevel, pinnedSettings } from './pinned-deflate.ts';
import { throughZlib } from './through-zlib.ts';

/**
 * Bytes given to the encoder at once. The result does not depend on it, for all that is known of deflate and by test; cutting the bytes at the same
 * places always makes sure.
 */
const pieceSize = 1 << 17;

/** As many as streams that are made at the same time. */
const pieces = new SpareArrays(pieceSize, 4);

/** Raw deflate as pako 3 writes it; by node:zlib, on another thread, where that has proved to write the same. */
export function deflateRaw(content: Bytes, level: DeflateLevel): Bytes {
  return isZlibExact(level) ? deflateByZlib(content, level) : deflateByPako(content, level);
}

export async function* deflateByPako(content: Bytes, level: DeflateLevel): Bytes {
  const deflate = new Deflate({
    ...pinnedSettings,
    level,
    raw: true,
    legacyHash: false,
    chunkSize: pieceSize,
  });
  const output: Uint8Array[] = [];
  deflate.onData = (chunk) => void output.push(chunk);
  for await (const { piece, last } of inPieces(content, pieces)) {
    if (!deflate.push(piece, last)) throw new Error(`pako: ${deflate.msg}`);
    yield* output.splice(0);
    // Other work of this thread waits for long enough already.
    await turn();
  }
}

export function deflateByZlib(content: Bytes, level: DeflateLevel): Bytes {
  const deflate = createDeflateRaw({ ...pinnedSettings, level, chunkSize: pieceSize });
  return throughZlib(deflate, piecesOf(content));
}

async function* piecesOf(content: Bytes): Bytes {
  for await (const { piece } of inPieces(content, pieces)) yield piece;
}
