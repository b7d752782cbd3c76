import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { SpareArrays } from '@block-pack/core';
import { copyBytes } from '../copy-bytes.ts';
import { type Inflated, isOfTheData } from './inflate.ts';

/** Packed bytes of a batch: of class files, some hundred. */
const roomSize = 1 << 18;
/** Bytes of their contents: of ones that are packed well, there would be many. */
const mostInflated = 1 << 21;

const rooms = new SpareArrays(roomSize, 4);

const headLength = 10;
const tailLength = 8;
const magic = Buffer.of(0x1f, 0x8b, 0x08);
/** Without flags, name and time. */
const head = Uint8Array.of(...magic, 0, 0, 0, 0, 0, 0, 0xff);

const unpack = promisify(gunzip) as unknown as (packed: Uint8Array, options: object) => Promise<Inflated>;

/** Whether a batch takes it, if nothing else is in it. */
export function isSmall(packedSize: number, size: number): boolean {
  return size > 0 && size <= mostInflated && headLength + packedSize + tailLength <= roomSize;
}

/**
 * Small contents that are inflated by one call, on another thread: for each alone, what is around that takes as long as inflating it. They become members of a gzip file, of
 * which zlib checks lengths and CRC-32.
 * @see https://www.rfc-editor.org/rfc/rfc1952
 */
export class InflateBatch {
  readonly #room = rooms.take();
  readonly #view = new DataView(this.#room.buffer);
  readonly #starts: number[] = [];
  #filled = 0;
  #size = 0;

  /** Bytes that the contents will have. */
  get size(): number {
    return this.#size;
  }

  /** Whether there is room for one more that {@link isSmall}. */
  hasRoom(packedSize: number, size: number): boolean {
    return isSmall(this.#filled + packedSize, this.#size + size);
  }

  /** Those packed bytes that begin at `at`; the batch has room for them. */
  add(from: Uint8Array, at: number, packedSize: number, size: number, crc32: number): void {
    this.#starts.push(this.#filled);
    this.#room.set(head, this.#filled);
    this.#filled += headLength;
    copyBytes(from, at, at + packedSize, this.#room, this.#filled);
    this.#filled += packedSize;
    this.#view.setUint32(this.#filled, crc32, true);
    this.#view.setUint32(this.#filled + 4, size, true);
    this.#filled += tailLength;
    this.#size += size;
  }

  /**
   * The contents, one behind the other. Undefined unless each stream is as long as was said, packed and not, and its CRC-32 is what was said. Nothing can be done
   * with the batch afterwards.
   */
  async inflate(): Promise<Uint8Array | undefined> {
    const packed = this.#room.subarray(0, this.#filled);
    const options = { maxOutputLength: this.#size, chunkSize: Math.max(64, this.#size + 1), info: true };
    try {
      if (!this.#hasOnlyOwnMembers(packed)) return undefined;
      const { buffer, engine } = await unpack(packed, options);
      return buffer.length === this.#size && engine.bytesWritten === packed.length ? buffer : undefined;
    } catch (error) {
      if (isOfTheData(error)) return undefined;
      throw error;
    } finally {
      rooms.give(this.#room);
    }
  }

  /**
   * Whether members can begin only where they were put. Else a stream could end early, and another member within its packed bytes could go on to the right size. That one is taken for
   * two cannot be: each member has bytes, which would be missing.
   */
  #hasOnlyOwnMembers(packed: Uint8Array): boolean {
    const bytes = Buffer.from(packed.buffer, 0, packed.length);
    let next = 0;
    for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1))
      if (at !== this.#starts[next++]) return false;
    return next === this.#starts.length;
  }
}
