import { crc32 } from 'node:zlib';
import type { ByteRange, Written } from '../blob.ts';
import type { Bytes } from '../bytes.ts';
import type { Digest } from '../digest.ts';
import { MemberEnd } from './gzip-member.ts';

/** Bytes of a blob, by where they lie: whoever has the blob can copy them by another thread, and this one never sees them. */
export interface BlobPart {
  readonly blob: Digest;
  readonly range: ByteRange;
  /** The crc32 of what comes before, from which that of the bytes goes on. */
  readonly crc: number;
  /** The bytes, for those who cannot copy them otherwise. */
  read(): Bytes;
  /** To be told once they have been copied. May throw: then what they were copied into is no good. */
  copied(sum: PartSum): void;
  /** To be told when they cannot be had. */
  failed(): void;
}

/** What is seen of a part on its way. */
export interface PartSum {
  readonly crc: number;
  /** The last bytes: as many as a gzip member's trailer has, where there are so many. */
  readonly end: Uint8Array;
}

/** A content of which some is copied from blobs: chunks and parts in their order. */
export type PartedBytes = AsyncIterable<Uint8Array | BlobPart>;

/** Has blobs, and copies parts of them by other threads. */
export interface PartCopier {
  /** As a blob store writes. */
  write(content: PartedBytes, expected?: Digest, about?: number): Promise<Written>;
  /** Keeps nothing. @param about bytes that will come */
  digest(content: PartedBytes, about: number): Promise<Digest>;
}

export function isPart(piece: Uint8Array | BlobPart): piece is BlobPart {
  return 'copied' in piece;
}

/** All of the content, its parts read by this thread. */
export async function* wholeBytes(content: PartedBytes): Bytes {
  for await (const piece of content) {
    if (isPart(piece)) yield* partBytes(piece);
    else yield piece;
  }
}

/** The bytes of a part, which is told how it went. */
export async function* partBytes(part: BlobPart): Bytes {
  let [{ crc }, size] = [part, 0];
  const end = new MemberEnd();
  try {
    for await (const chunk of part.read()) {
      crc = crc32(chunk, crc);
      size += chunk.length;
      end.add(chunk);
      yield chunk;
    }
  } catch (error) {
    part.failed();
    throw error;
  }
  if (size === part.range.length) return part.copied({ crc, end: end.trailer() });
  part.failed();
  throw new Error(`${part.range.length} bytes of ${part.blob} were expected, ${size} came`);
}
