import { promisify } from 'node:util';
import { deflateRaw as zlibDeflateRaw } from 'node:zlib';
import { Deflate } from 'pako';
import { type Bytes, concat } from '../bytes.ts';
import { isZlibExact } from './deflate-self-test.ts';
import { storedBlockSize, storedBlocks } from './deflate-stored.ts';
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
  const run = new Run();
  for await (const { piece, last } of inPieces(content, storedBlockSize)) {
    const dense = isDense(piece);
    if (run.isFull || (dense && !run.isEmpty)) yield await run.deflate(false);
    if (dense) yield storedBlocks(piece, last);
    else run.add(piece);
    if (last && !dense) yield await run.deflate(true);
  }
}

/** Pieces, one behind the other, that are worth deflating. */
class Run {
  readonly #pieces: Uint8Array[] = [];

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  get isFull(): boolean {
    return this.#pieces.length === piecesOfRun;
  }

  add(piece: Uint8Array): void {
    this.#pieces.push(piece.slice());
  }

  /** @param last whether the stream ends with it; else it ends with an empty stored block, on the border of a byte */
  async deflate(last: boolean): Promise<Uint8Array> {
    const bytes = concat(this.#pieces.splice(0));
    return isZlibExact(6) ? await runByZlib(bytes, last) : runByPako(bytes, last);
  }
}

export async function runByZlib(bytes: Uint8Array, last: boolean): Promise<Uint8Array> {
  return deflateAtOnce(bytes, { ...settings(bytes), finishFlush: endOf(last) });
}

const deflateAtOnce = promisify(zlibDeflateRaw) as (
  bytes: Uint8Array,
  options: object,
) => Promise<Uint8Array>;

export function runByPako(bytes: Uint8Array, last: boolean): Uint8Array {
  const output: Uint8Array[] = [];
  const deflate = new Deflate({ ...settings(bytes), raw: true, legacyHash: false });
  deflate.onData = (chunk) => void output.push(chunk);
  if (!deflate.push(bytes, endOf(last))) throw new Error(`pako: ${deflate.msg}`);
  return concat(output);
}

/** Room for all that comes out, and more: an encoder that is short of it where it flushes does so twice. */
function settings(bytes: Uint8Array) {
  return { ...pinnedSettings, level: 6, chunkSize: bytes.length + (bytes.length >> 8) + 64 } as const;
}

/** Z_FINISH, or Z_SYNC_FLUSH. */
function endOf(last: boolean): 4 | 2 {
  return last ? 4 : 2;
}
