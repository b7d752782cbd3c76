import { type RandomAccess, readRange } from '@block-pack/core';
import { InflateBatch, isSmall } from '../deflate/inflate-together.ts';
import { ReadWindow } from '../read-window.ts';
import type { DifferenceBase } from './allowance.ts';
import type { Piece } from './pieces.ts';

/**
 * Reads the pieces, one behind the other, into `to`. Bases that are deflated and wholly needed are inflated in batches, by other threads.
 */
export async function readPieces(
  pieces: readonly Piece[],
  sources: readonly DifferenceBase[],
  to: Uint8Array,
): Promise<void> {
  const batches = new Batches(sources, to);
  try {
    let at = 0;
    for (const piece of pieces) {
      if (!(await batches.add(piece, at))) await readPiece(piece, sources, to, at);
      at += piece.length;
    }
    await batches.end();
  } finally {
    await batches.close();
  }
}

/** Batches that are inflated while the next one is read. */
const mostRunning = 2;

/** Bytes that are read at once: mostly a base lies near the one before. */
const step = 1 << 17;

/** Pieces that follow one another, and are inflated together. */
interface PieceBatch {
  readonly batch: InflateBatch;
  readonly pieces: Piece[];
  /** Where the first belongs. */
  readonly start: number;
}

class Batches {
  readonly #sources: readonly DifferenceBase[];
  readonly #to: Uint8Array;
  readonly #running: Promise<void>[] = [];
  #near: ReadWindow | undefined;
  #next: PieceBatch | undefined;

  constructor(sources: readonly DifferenceBase[], to: Uint8Array) {
    this.#sources = sources;
    this.#to = to;
  }

  /** False for what is not inflated in a batch: it is to be read in another way. */
  async add(piece: Piece, at: number): Promise<boolean> {
    const base = this.#sources[piece.index];
    const size = piece.length;
    if (base?.deflated === undefined || size !== base.size) return false;
    const opened = base.deflated();
    const { source, offset, packedSize, crc32 } = opened instanceof Promise ? await opened : opened;
    if (!isSmall(packedSize, size)) return false;
    const { batch, pieces } = this.#batchFor(packedSize, size, at) ?? (await this.#begin(at));
    const near = this.#nearIn(source);
    if (!near.holds(offset, packedSize)) await near.move(offset, packedSize);
    batch.add(near.bytes, near.place(offset), packedSize, size, crc32);
    pieces.push(piece);
    return true;
  }

  #batchFor(packedSize: number, size: number, at: number): PieceBatch | undefined {
    const next = this.#next;
    const isNext = next !== undefined && at === next.start + next.batch.size;
    return isNext && next.batch.hasRoom(packedSize, size) ? next : undefined;
  }

  #nearIn(source: RandomAccess): ReadWindow {
    if (this.#near?.source !== source) {
      this.#near?.close();
      this.#near = new ReadWindow(source, step);
    }
    return this.#near;
  }

  async #begin(at: number): Promise<PieceBatch> {
    this.#run();
    if (this.#running.length > mostRunning) await this.#running.shift();
    this.#next = { batch: new InflateBatch(), pieces: [], start: at };
    return this.#next;
  }

  #run(): void {
    if (this.#next === undefined) return;
    const running = this.#inflate(this.#next);
    // Whoever waits for it is told, and that may be later.
    running.catch(() => {});
    this.#running.push(running);
    this.#next = undefined;
  }

  /** Where any of them is not what is said of it, one by one: that tells what is wrong. */
  async #inflate({ batch, pieces, start }: PieceBatch): Promise<void> {
    const contents = await batch.inflate();
    if (contents !== undefined) {
      this.#to.set(contents, start);
      return;
    }
    let at = start;
    for (const piece of pieces) {
      await readPiece(piece, this.#sources, this.#to, at);
      at += piece.length;
    }
  }

  async end(): Promise<void> {
    this.#run();
    await Promise.all(this.#running);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#running);
    this.#near?.close();
  }
}

async function readPiece(
  { index, offset, length }: Piece,
  sources: readonly RandomAccess[],
  to: Uint8Array,
  start: number,
): Promise<void> {
  const source = sources[index];
  if (source === undefined) throw new RangeError(`piece of source ${index} of ${sources.length}`);
  let at = start;
  for await (const bytes of readRange(source, offset, length)) {
    to.set(bytes, at);
    at += bytes.length;
  }
}
