import { crc32, createGunzip } from 'node:zlib';
import { type Bytes, concat } from '../bytes.ts';
import { deflateRaw } from './deflate.ts';
import { deflateAuto } from './deflate-auto.ts';
import { deflateStored } from './deflate-stored.ts';
import type { EncodingId } from './encoding.ts';
import { throughZlib } from './through-zlib.ts';

/**
 * The bytes as one gzip member. It depends on the bytes and the encoding alone: not on how they are cut into chunks, on the machine, or on its zlib.
 * @see https://www.rfc-editor.org/rfc/rfc1952
 */
export async function* gzipMember(content: Bytes, encoding: EncodingId): Bytes {
  const sum = new MemberSum();
  yield memberHeader;
  yield* deflaters[encoding](sum.watch(content));
  yield sum.trailer();
}

const deflaters: Readonly<Record<EncodingId, (content: Bytes) => Bytes>> = {
  'gzip-0': deflateStored,
  'gzip-1': (content) => deflateRaw(content, 1),
  'gzip-6': (content) => deflateRaw(content, 6),
  'gzip-auto': deflateAuto,
};

/** Deflate, no flags, no time, no extra flags, unknown operating system. */
const memberHeader = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);

/** Bytes behind the deflated ones: the sum and the size of what went in. */
export const memberTrailerSize = 8;

/** The sum and the size that a member ends with, taken of bytes as they pass. */
export class MemberSum {
  #crc = 0;
  #size = 0;

  add(chunk: Uint8Array): this {
    this.#crc = crc32(chunk, this.#crc);
    this.#size += chunk.length;
    return this;
  }

  /** Goes on behind bytes that another thread has summed, which went on from {@link crc}. */
  pass(crc: number, size: number): this {
    this.#crc = crc;
    this.#size += size;
    return this;
  }

  /** Of what has passed so far. */
  get crc(): number {
    return this.#crc;
  }

  async *watch(content: Bytes): Bytes {
    for await (const chunk of content) {
      this.add(chunk);
      yield chunk;
    }
  }

  trailer(): Uint8Array {
    const trailer = new Uint8Array(memberTrailerSize);
    const view = new DataView(trailer.buffer);
    view.setUint32(0, this.#crc, true);
    view.setUint32(4, this.#size % 2 ** 32, true);
    return trailer;
  }
}

/** What a member ends with, taken of its bytes as they pass. */
export class MemberEnd {
  #last: Uint8Array = new Uint8Array();

  add(chunk: Uint8Array): void {
    // A copy, also of a Buffer, whose own slice would be none.
    const end = new Uint8Array(chunk.subarray(-memberTrailerSize));
    this.#last = end.length < memberTrailerSize ? concat([this.#last, end]).slice(-memberTrailerSize) : end;
  }

  async *watch(member: Bytes): Bytes {
    for await (const chunk of member) {
      this.add(chunk);
      yield chunk;
    }
  }

  /** Once all has passed. */
  trailer(): Uint8Array {
    return this.#last;
  }
}

/**
 * What is inside a member. Its sum is checked, but not that there is one spelling of it, and nothing behind it: for that, encode it again.
 * @throws Error of zlib
 */
export function memberContent(member: Bytes): Bytes {
  return throughZlib(createGunzip({ chunkSize: 1 << 17 }), member);
}
