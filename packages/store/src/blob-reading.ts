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
    blob = range === undefined ? openBlob(layout, digest) : openRange(layout, digest, range);
    if (range === undefined) yield* readWhole(blob, digest, path);
    else yield* passingBytes(blob.file, range.offset, range.length);
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

/** The blob of a part, all of which it has. @throws BLOB_MISSING, DIGEST_MISMATCH, STORE_UNUSABLE */
export function openRange(layout: StoreLayout, digest: Digest, range: ByteRange): OpenBlob {
  try {
    const blob = openBlob(layout, digest);
    const missing = range.offset + range.length - blob.size;
    if (missing <= 0) return blob;
    closeBlob(blob);
    throw blobTooShort(layout.blob(digest), digest, range, missing);
  } catch (error) {
    throw diskError(error, 'STORE_UNUSABLE', 'read', layout.blob(digest));
  }
}

/** @param missing bytes at the end of the range */
export function blobTooShort(
  path: string,
  digest: Digest,
  { offset, length }: ByteRange,
  missing: number,
): BlockPackError {
  const expected = offset + length;
  return damaged(path, digest, `it has ${expected - missing} bytes, ${expected} were expected`);
}

function damaged(path: string, digest: Digest, flaw: string): BlockPackError {
  return new BlockPackError('DIGEST_MISMATCH', `${path} is damaged: ${flaw}`, {
    hint: 'Take damaged blobs away with "block-pack verify --remove", then pack again.',
    details: { path, digest },
  });
}
