import { BlockPackError, type ByteRange, type Bytes, type Digest, Measure } from '@block-pack/core';
import { closeBlob, type OpenBlob, openBlob } from './blob-files.ts';
import { diskError } from './disk-error.ts';
import { fileBytes, passingBytes } from './file-bytes.ts';
import type { StoreLayout } from './layout.ts';

/**
 * A blob's bytes, or a part of them. Whoever reads all of them learns at their end when they are not the right ones.
 * @throws BLOB_MISSING, DIGEST_MISMATCH, STORE_UNUSABLE
 */
export async function* readBlob(layout: StoreLayout, digest: Digest, range?: ByteRange): Bytes {
  const path = layout.blob(digest);
  let blob: OpenBlob | undefined;
  try {
    blob = openBlob(layout, digest);
    yield* range === undefined ? readWhole(blob, digest, path) : readPart(blob, digest, path, range);
  } catch (error) {
    throw diskError(error, 'STORE_UNUSABLE', 'read', path);
  } finally {
    if (blob !== undefined) closeBlob(blob);
  }
}

async function* readWhole(blob: OpenBlob, digest: Digest, path: string): Bytes {
  const measure = new Measure();
  for await (const chunk of fileBytes(blob.file, 0, blob.size)) {
    measure.add(chunk);
    yield chunk;
  }
  const seen = measure.digest();
  if (seen !== digest) throw damaged(path, digest, `expected ${digest}, found ${seen}`);
}

async function* readPart(blob: OpenBlob, digest: Digest, path: string, { offset, length }: ByteRange): Bytes {
  if (offset + length > blob.size) {
    throw damaged(path, digest, `it has ${blob.size} bytes, ${offset + length} were expected`);
  }
  yield* passingBytes(blob.file, offset, length);
}

function damaged(path: string, digest: Digest, flaw: string): BlockPackError {
  return new BlockPackError('DIGEST_MISMATCH', `${path} is damaged: ${flaw}`, {
    hint: 'Take damaged blobs away with "block-pack verify --remove", then pack again.',
    details: { path, digest },
  });
}
