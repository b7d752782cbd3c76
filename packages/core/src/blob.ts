import type { Bytes, RandomAccess } from './bytes.ts';
import { concat } from './bytes.ts';
import type { Digest } from './digest.ts';

/**
 * Says which bytes are meant and how many they are, but not where they lie.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md
 */
export interface Descriptor {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

export interface BlobSource {
  /** @param size bytes; where it is given, a blob of another size does not count, since it is damaged */
  has(digest: Digest, size?: number): Promise<boolean>;
  /**
   * The blob's bytes, or a part of them. A chunk is good only until the next one is asked for.
   * Reading a whole blob ends with DIGEST_MISMATCH when the bytes are not the ones the digest names.
   * @throws BLOB_MISSING
   */
  read(digest: Digest, range?: ByteRange): Bytes;
}

export interface Written extends Descriptor {
  /** False when the store had the blob already. */
  readonly added: boolean;
}

export interface BlobStore extends BlobSource {
  /**
   * Keeps the bytes and says what they are. When it returns, the whole blob can be read under its digest; when it throws, nothing
   * can. Writing what is already there changes nothing.
   * @param about bytes that will come, as far as is known: large contents may be digested by another thread
   * @throws DIGEST_MISMATCH when `expected` is given and the bytes are others
   */
  write(content: Bytes, expected?: Digest, about?: number): Promise<Written>;
}

/** A blob as bytes that can be read anywhere. Parts are not checked against the digest. */
export function blobAccess(source: BlobSource, blob: Descriptor): RandomAccess {
  return {
    size: blob.size,
    async read(offset, length) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of source.read(blob.digest, { offset, length }))
        chunks.push(new Uint8Array(chunk));
      return concat(chunks);
    },
  };
}
