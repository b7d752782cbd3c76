import { Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { BlockPackError, type Bytes, layerCompression } from '@block-pack/core';
import { layerInvalid } from './layer-entry.ts';

/** Bytes that unpack to no more than this are never a bomb. */
const harmless = 100 << 20;
const bombRatio = 200;

/**
 * The tar in a layer's blob.
 * @throws INPUT_UNSUPPORTED for a media type or a compression that cannot be read here; ARCHIVE_INVALID; ARCHIVE_BOMB as soon as it has
 * become more than its compressed bytes can account for
 */
export function unpackedLayer(blob: Bytes, mediaType: string, layer: string): Bytes {
  switch (layerCompression(mediaType, `The layer ${layer}`)) {
    case 'none':
      return blob;
    case 'gzip':
      return decompressed(blob, zlib.createGunzip({ chunkSize }), layer);
    case 'zstd':
      return decompressed(blob, zstdDecompress(layer), layer);
  }
}

/** False for a compression that only newer versions of Node have. @throws INPUT_UNSUPPORTED for an unknown media type */
export function canUnpack(mediaType: string, layer: string): boolean {
  return layerCompression(mediaType, `The layer ${layer}`) !== 'zstd' || zstdDecompression() !== undefined;
}

const chunkSize = 1 << 18;

type Decompression = Transform & { readonly bytesWritten: number };

/**
 * Node 22.15 and later have it; the types of the oldest Node that we promise do not. Until Node 24 it takes a frame that is cut for its end: the diffID
 * tells.
 */
function zstdDecompression(): ((options: { chunkSize: number }) => Decompression) | undefined {
  return (zlib as { createZstdDecompress?: (options: { chunkSize: number }) => Decompression })
    .createZstdDecompress;
}

function zstdDecompress(layer: string): Decompression {
  const create = zstdDecompression();
  if (create !== undefined) return create({ chunkSize });
  throw new BlockPackError(
    'INPUT_UNSUPPORTED',
    `The layer ${layer} is compressed with zstd, which this Node cannot read`,
    {
      hint: 'Use Node 22.15 or later, or write the image anew with gzip: skopeo copy --dest-compress-format gzip.',
      details: { layer, node: process.version },
    },
  );
}

async function* decompressed(blob: Bytes, plain: Decompression, layer: string): Bytes {
  let read = 0;
  async function* counted() {
    for await (const chunk of blob) {
      read += chunk.length;
      // A copy: its array may be used again while the stream still holds it.
      yield new Uint8Array(chunk);
    }
  }
  const source = Readable.from(counted(), { objectMode: false });
  // A failure of the blob is the reader's to tell, not of the decompression that starves of it.
  source.on('error', (error) => plain.destroy(error));
  let unpacked = 0;
  try {
    for await (const chunk of source.pipe(plain) as AsyncIterable<Buffer>) {
      unpacked += chunk.length;
      if (unpacked > harmless && unpacked > bombRatio * read) throw bomb(layer, unpacked, read);
      yield chunk;
    }
  } catch (error) {
    throw isZlibError(error)
      ? layerInvalid(layer, `its compression is broken (${error.message})`, error)
      : error;
  } finally {
    source.destroy();
    plain.destroy();
  }
  // Zeros behind a gzip member end the stream for Node, whatever follows them; for Go, and so for every runtime, they are an error.
  if (plain.bytesWritten !== read)
    throw layerInvalid(layer, 'bytes stand behind the end of its compressed data');
}

function isZlibError(error: unknown): error is Error {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^(Z_|ZSTD_|ERR_ZLIB)/.test(error.code)
  );
}

function bomb(layer: string, unpacked: number, read: number): BlockPackError {
  return new BlockPackError(
    'ARCHIVE_BOMB',
    `The layer ${layer} unpacks to more than ${unpacked} bytes from its first ${read}`,
    {
      hint: `More than ${bombRatio} times as much is taken for an attack.`,
      details: { layer, unpacked, read },
    },
  );
}
