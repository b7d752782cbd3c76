import { createDeflateRaw } from 'node:zlib';
import { Deflate } from 'pako';
import type { Bytes } from '../bytes.ts';
import { SpareArrays } from '../spare-arrays.ts';
import { isZlibExact } from './deflate-self-test.ts';
import { storedBlockSize, storedBlocks, wholeBlockSize } from './deflate-stored.ts';
import { isDense } from './dense.ts';
import { inPieces } from './pieces.ts';
import { pinnedSettings } from './pinned-deflate.ts';

/** The most that is deflated at once: what ends with a flush must come whole, and has to lie in memory for that. */
const piecesOfRun = 16;

/**
 * Deflate that stores dense pieces, and takes level 6 for all others. Most of a jar is deflated already: so it is packed in half of the time of level 1, and unpacked
 * in less than that.
 */
export async function* deflateAuto(content: Bytes): Bytes {
  const block = blocks.take();
  const run = new Run();
  try {
    for await (const { piece, last } of inPieces(content, pieces)) {
      const dense = isDense(piece);
      if (run.isFull || (dense && !run.isEmpty)) yield* await run.deflate(false);
      if (dense) yield storedBlocks(piece, last, block);
      else run.add(piece);
      if (last && !dense) yield* await run.deflate(true);
    }
  } finally {
    blocks.give(block);
    run.leave();
  }
}

const runSize = piecesOfRun * storedBlockSize;

/** As many as streams that are made at the same time. */
const mostSpare = 4;

const pieces = new SpareArrays(storedBlockSize, mostSpare);
const blocks = new SpareArrays(wholeBlockSize, mostSpare);
const runs = new SpareArrays(runSize, mostSpare);

/** Pieces, one behind the other, that are worth deflating. To be left in any case. */
class Run {
  #bytes: Uint8Array | undefined;
  #filled = 0;

  get isEmpty(): boolean {
    return this.#filled === 0;
  }

  get isFull(): boolean {
    return this.#filled === runSize;
  }

  add(piece: Uint8Array): void {
    this.#bytes ??= runs.take();
    this.#bytes.set(piece, this.#filled);
    this.#filled += piece.length;
  }

  /** @param last whether the stream ends with it; else it ends with an empty stored block, on the border of a byte */
  async deflate(last: boolean): Promise<readonly Uint8Array[]> {
    const bytes = this.#bytes?.subarray(0, this.#filled) ?? new Uint8Array();
    this.#filled = 0;
    return isZlibExact(6) ? await runByZlib(bytes, last) : runByPako(bytes, last);
  }

  /** To be called when nothing is being deflated. */
  leave(): void {
    if (this.#bytes !== undefined) runs.give(this.#bytes);
  }
}

/** In several chunks, which all lie in one array: whoever wants them as one has to copy them. */
export function runByZlib(bytes: Uint8Array, last: boolean): Promise<readonly Uint8Array[]> {
  const deflate = createDeflateRaw({ ...settings(bytes), finishFlush: endOf(last) });
  const output: Uint8Array[] = [];
  return new Promise((resolve, reject) => {
    deflate.on('data', (chunk) => void output.push(chunk));
    deflate.on('error', reject);
    deflate.on('end', () => resolve(output));
    deflate.end(bytes);
  });
}

export function runByPako(bytes: Uint8Array, last: boolean): readonly Uint8Array[] {
  const output: Uint8Array[] = [];
  const deflate = new Deflate({ ...settings(bytes), raw: true, legacyHash: false });
  deflate.onData = (chunk) => void output.push(chunk);
  if (!deflate.push(bytes, endOf(last))) throw new Error(`pako: ${deflate.msg}`);
  return output;
}

/** Room for all that comes out, and more: an encoder that is short of it where it flushes does so twice. */
function settings(bytes: Uint8Array) {
  return { ...pinnedSettings, level: 6, chunkSize: bytes.length + (bytes.length >> 8) + 64 } as const;
}

/** Z_FINISH, or Z_SYNC_FLUSH. */
function endOf(last: boolean): 4 | 2 {
  return last ? 4 : 2;
}
