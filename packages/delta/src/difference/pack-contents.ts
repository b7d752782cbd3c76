import { constants, createBrotliCompress, createBrotliDecompress } from 'node:zlib';
import { ByteReader, type Bytes } from '@block-pack/core';
import { coded } from '../coded.ts';
import { deltaInvalid } from './delta-invalid.ts';
import { fastQuality, isZlibError, windowBits } from './packing.ts';
import { beginsOtherwise, readMagic } from './read-magic.ts';

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
  const reader = new ByteReader(packed, () => beginsOtherwise(packedContents));
  const decompress = createBrotliDecompress({ chunkSize: outputChunk });
  let given = 0;
  const rest = async function* (): Bytes {
    for await (const bytes of reader.rest()) {
      given += bytes.length;
      yield bytes;
    }
  };
  let missing = size;
  try {
    await readMagic(reader, packedMagic, packedContents);
    for await (const bytes of through(rest(), decompress)) {
      missing -= bytes.length;
      if (missing < 0) throw deltaInvalid(`it unpacks to more than ${size} bytes`);
      yield bytes;
    }
  } finally {
    await reader.close();
  }
  if (missing > 0) throw deltaInvalid(`it unpacks to ${size - missing} bytes instead of ${size}`);
  if (decompress.bytesWritten !== given) throw deltaInvalid('bytes follow behind its end');
}

const packedContents = 'packed contents of version 1 do';

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
