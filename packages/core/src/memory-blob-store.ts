import type { BlobStore, ByteRange, Written } from './blob.ts';
import { type Bytes, concat } from './bytes.ts';
import { assertDigest, type Digest, Measure, verified } from './digest.ts';
import { BlockPackError } from './error.ts';

/** Blobs in memory: for tests, and for small things that need no disk. */
export class MemoryBlobStore implements BlobStore {
  readonly #blobs = new Map<Digest, Uint8Array>();

  async has(digest: Digest, size?: number): Promise<boolean> {
    const blob = this.#blobs.get(digest);
    return blob !== undefined && (size === undefined || size === blob.length);
  }

  async *read(digest: Digest, range?: ByteRange): Bytes {
    const blob = this.#blobs.get(digest);
    if (blob === undefined) throw blobMissing(digest, 'the memory store');
    if (range === undefined) yield* verified(once(blob), digest, digest);
    else yield blob.slice(range.offset, range.offset + range.length);
  }

  async write(content: Bytes, expected?: Digest): Promise<Written> {
    const measure = new Measure();
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) {
      measure.add(chunk);
      chunks.push(new Uint8Array(chunk));
    }
    if (expected !== undefined) assertDigest(expected, measure, 'The content');
    const digest = expected ?? measure.digest();
    const added = !this.#blobs.has(digest);
    if (added) this.#blobs.set(digest, concat(chunks));
    return { digest, size: measure.size, added };
  }
}

async function* once(chunk: Uint8Array): Bytes {
  if (chunk.length > 0) yield chunk;
}

/** The error of every blob source that is asked for what it does not have. */
export function blobMissing(digest: Digest, where: string): BlockPackError {
  return new BlockPackError('BLOB_MISSING', `${digest} is not in ${where}`, {
    hint: 'Pack the input again, or use the store that it was packed into (--store).',
    details: { digest, where },
  });
}
