import { createInflateRaw, inflateRawSync } from 'node:zlib';
import type { Bytes } from '@block-pack/core';
import { coded } from '../coded.ts';

/** Contents up to this many bytes are unpacked in one call, which is several times faster for small ones. */
export const atOnceSize = 4 << 20;

/** The content of a raw deflate stream; undefined unless it is exactly this long and the stream ends with its last byte. */
export function inflateAtOnce(packed: Uint8Array, size: number): Uint8Array | undefined {
  // One byte more than expected is enough to catch a stream that lies.
  const room = size + 1;
  const options = { maxOutputLength: room, chunkSize: Math.max(64, room), info: true };
  try {
    const { buffer, engine } = inflateRawSync(packed, options) as unknown as Inflated;
    return buffer.length === size && engine.bytesWritten === packed.length ? buffer : undefined;
  } catch (error) {
    if (isOfTheData(error)) return undefined;
    throw error;
  }
}

/** What zlib returns when it is asked for `info`; its types do not know. */
export interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

const outputStep = 128 << 10;

/** {@link inflateAtOnce} for what is too large for memory. Throws {@link NotInflated} where that one returns nothing. */
export async function* inflate(packed: Bytes, packedSize: number, size: number): Bytes {
  const inflater = createInflateRaw({ chunkSize: outputStep });
  let seen = 0;
  try {
    for await (const chunk of coded(packed, inflater)) {
      seen += chunk.length;
      if (seen > size) break;
      yield chunk;
    }
    if (seen !== size || inflater.bytesWritten !== packedSize) throw new NotInflated();
  } catch (error) {
    throw isOfTheData(error) ? new NotInflated() : error;
  }
}

/** A stream is not what was said of it: no error, but a fact about an entry. */
export class NotInflated extends Error {}

/** Whether it is zlib's complaint, and not a lack of memory or the like. */
export function isOfTheData(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return error.code === 'ERR_BUFFER_TOO_LARGE' || error.code.startsWith('Z_');
}
