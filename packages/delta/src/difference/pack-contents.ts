import { constants, createBrotliCompress, createBrotliDecompress } from 'node:zlib';
import { type Bytes, concat } from '@block-pack/core';
import { coded } from '../coded.ts';
import { deltaInvalid } from './delta-invalid.ts';
import { fastQuality, isZlibError, windowBits } from './packing.ts';

/** `BPI` and the version of the format. */
const packedMagic = Uint8Array.of(0x42, 0x50, 0x49, 0x31);

export interface PackContentsOptions {
  /** Brotli's, 0 to 11. */
  readonly quality?: number;
}

/**
 * Contents that have no base, packed as one stream: specified in docs/format/difference.md. The more alike neighbours are, the smaller
 * it gets: see `compareByType`.
 */
export async function* packContents(
  contents: Bytes,
  { quality = fastQuality }: PackContentsOptions = {},
): Bytes {
  yield packedMagic;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_LGWIN]: windowBits,
  };
  yield* through(contents, createBrotliCompress({ params }));
}

/**
 * Undoes {@link packContents}.
 * @param size bytes that the contents have together; more are never made
 * @throws DELTA_INVALID
 */
export async function* unpackContents(packed: Bytes, size: number): Bytes {
  let missing = size;
  const decompress = createBrotliDecompress({ chunkSize: outputChunk });
  const counter = { bytes: 0 };
  for await (const bytes of through(withoutMagic(packed, counter), decompress)) {
    missing -= bytes.length;
    if (missing < 0) throw deltaInvalid(`it unpacks to more than ${size} bytes`);
    yield bytes;
  }
  if (missing > 0) throw deltaInvalid(`it unpacks to ${size - missing} bytes instead of ${size}`);
  if (decompress.bytesWritten !== counter.bytes) throw deltaInvalid('bytes follow behind its end');
}

const outputChunk = 256 << 10;

async function* through(
  from: Bytes,
  coder: ReturnType<typeof createBrotliCompress> | ReturnType<typeof createBrotliDecompress>,
): Bytes {
  try {
    yield* coded(from, coder);
  } catch (error) {
    throw isZlibError(error) ? deltaInvalid(`it cannot be unpacked: ${error.message}`, error) : error;
  }
}

async function* withoutMagic(packed: Bytes, counter: { bytes: number }): Bytes {
  let start: Uint8Array = new Uint8Array();
  let checked = false;
  for await (const bytes of packed) {
    if (!checked) {
      start = concat([start, new Uint8Array(bytes)]);
      if (start.length < packedMagic.length) continue;
      checkMagic(start);
      checked = true;
      const rest = start.subarray(packedMagic.length);
      counter.bytes += rest.length;
      yield rest;
      continue;
    }
    counter.bytes += bytes.length;
    yield bytes;
  }
  if (!checked) checkMagic(start);
}

function checkMagic(start: Uint8Array): void {
  if (packedMagic.some((byte, index) => byte !== start[index]))
    throw deltaInvalid('it does not begin as packed contents of version 1 do');
}
