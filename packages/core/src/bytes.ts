import { BlockPackError } from './error.ts';
import { SpareArrays } from './spare-arrays.ts';

/** A stream of bytes that is read once, from front to back. Chunks may have any length. */
export type Bytes = AsyncIterable<Uint8Array>;

/** Bytes of known size that can be read anywhere. */
export interface RandomAccess {
  readonly size: number;
  /**
   * Exactly `length` bytes from `offset` on; reading past the end is an error.
   * @param room at least as long, for the bytes to be read into; a source that has them in memory need not use it
   */
  read(offset: number, length: number, room?: Uint8Array): Promise<Uint8Array>;
}

/** Large enough that a call costs nothing beside its bytes, small enough to stream a file of any size in little memory. */
export const chunkSize = 1 << 20;

export async function* bytesOf(...chunks: readonly Uint8Array[]): Bytes {
  yield* chunks;
}

/**
 * All bytes of a stream in one array. For small things only.
 * @param limit bytes; more than that is an error, before they are kept
 * @throws INPUT_UNSUPPORTED
 */
export async function collect(content: Bytes, limit: number, what: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    if (size > limit) {
      throw new BlockPackError('INPUT_UNSUPPORTED', `${what} has more than ${limit} bytes`, {
        details: { limit },
      });
    }
    // A copy, also of a Buffer, whose own slice would be none.
    chunks.push(new Uint8Array(chunk));
  }
  return concat(chunks, size);
}

/** The first `limit` bytes of a stream; what follows is not read. */
export async function readStart(content: Bytes, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of content) {
    chunks.push(new Uint8Array(chunk.subarray(0, limit - size)));
    size += chunk.length;
    if (size >= limit) break;
  }
  return concat(chunks);
}

export function concat(chunks: readonly Uint8Array[], size = totalLength(chunks)): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

/** The same bytes in chunks of about 256 KiB: small pieces are joined, large ones pass as they are. A chunk is good only until the next one is asked for. */
export async function* coalesced(pieces: Bytes): Bytes {
  const chunks = new Coalescer();
  for await (const piece of pieces) {
    chunks.add(piece);
    for (const chunk of chunks.whole()) yield chunk;
  }
  chunks.end();
  yield* chunks.whole();
  chunks.leave();
}

/** What {@link coalesced} does, for pieces that follow one another without waiting: as steps of a stream, small ones take longer than their bytes. */
export class Coalescer {
  #buffer: Uint8Array | undefined;
  #filled = 0;
  #whole: Uint8Array[] = [];
  /** Buffers of chunks that were not taken, or are still in use. */
  readonly #lent: Uint8Array[] = [];
  #taken = 0;

  /** A large piece is to be taken before it may change. */
  add(piece: Uint8Array): void {
    this.leave();
    if (this.#filled + piece.length > coalescedSize) this.end();
    if (piece.length > coalescedSize) {
      this.#whole.push(piece);
      return;
    }
    this.#buffer ??= buffers.take();
    this.#buffer.set(piece, this.#filled);
    this.#filled += piece.length;
  }

  /** Nothing more is joined with what was added. */
  end(): void {
    if (this.#buffer !== undefined) {
      this.#lent.push(this.#buffer);
      this.#whole.push(this.#buffer.subarray(0, this.#filled));
    }
    this.#buffer = undefined;
    this.#filled = 0;
  }

  /** Takes the chunks that are whole; mostly there are none. They are good until something is added. */
  whole(): readonly Uint8Array[] {
    if (this.#whole.length === 0) return none;
    const taken = this.#whole;
    this.#whole = [];
    this.#taken = this.#lent.length;
    return taken;
  }

  /** To be called when nobody uses the chunks that were taken. */
  leave(): void {
    for (; this.#taken > 0; this.#taken--) {
      const buffer = this.#lent.shift();
      if (buffer !== undefined) buffers.give(buffer);
    }
  }
}

const none: readonly Uint8Array[] = [];

const coalescedSize = 1 << 18;

const buffers = new SpareArrays(coalescedSize, 16);

function totalLength(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

/** Streams a part of something that can be read anywhere. A chunk is good only until the next one is asked for. */
export async function* readRange(source: RandomAccess, offset = 0, length = source.size - offset): Bytes {
  const room = length < worthRoom ? undefined : rooms.take();
  try {
    const end = offset + length;
    for (let at = offset; at < end; at += chunkSize) {
      yield await source.read(at, Math.min(chunkSize, end - at), room);
    }
  } finally {
    if (room !== undefined) rooms.give(room);
  }
}

/** Bytes; of less, most readers keep a copy or have the bytes already. */
const worthRoom = 1 << 16;

const rooms = new SpareArrays(chunkSize, 4);

export function randomAccessOf(bytes: Uint8Array): RandomAccess {
  return {
    size: bytes.length,
    async read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > bytes.length)
        throw new RangeError(`read past the end: ${offset}+${length}`);
      return bytes.subarray(offset, offset + length);
    },
  };
}
