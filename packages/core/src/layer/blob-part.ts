import { crc32 } from 'node:zlib';
import type { ByteRange, Written } from '../blob.ts';
import type { Bytes } from '../bytes.ts';
import type { Digest } from '../digest.ts';
import { MemberEnd, memberContent } from './gzip-member.ts';
import { isOfZlib } from './through-zlib.ts';

/** Bytes of a blob, by where they lie: whoever has the blob can copy them by another thread, and this one never sees them. */
export interface BlobPart {
  readonly blob: Digest;
  readonly range: ByteRange;
  /** The crc32 of what comes before, from which that of the bytes goes on. */
  readonly crc: number;
  /** Where the bytes are a gzip member of which what is inside is meant: how many bytes that may be. The member has a sum, so none is taken. */
  readonly unpackedLimit?: number;
  /** The bytes as they lie, for those who cannot copy them otherwise. */
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
  /** Why what is inside of a member cannot be had. */
  readonly flaw?: string;
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
  const { unpackedLimit: limit, range } = part;
  const passing = new PassingPart(part);
  try {
    yield* limit === undefined ? passing.bytes() : unpacked(passing.bytes(), limit);
  } catch (error) {
    const flaw = error instanceof TooLarge || isOfZlib(error) ? error.message : undefined;
    if (flaw === undefined) part.failed();
    else part.copied({ ...passing.sum(), flaw });
    throw error;
  }
  if (limit !== undefined || passing.size === range.length) return part.copied(passing.sum());
  part.failed();
  throw new Error(`${range.length} bytes of ${part.blob} were expected, ${passing.size} came`);
}

class TooLarge extends Error {}

async function* unpacked(member: Bytes, limit: number): Bytes {
  let size = 0;
  for await (const chunk of memberContent(member)) {
    size += chunk.length;
    if (size > limit) throw new TooLarge(`more than ${limit} bytes are inside`);
    yield chunk;
  }
}

/** Sees the bytes of a part pass. */
class PassingPart {
  size = 0;
  readonly #part: BlobPart;
  readonly #end = new MemberEnd();
  #crc: number;

  constructor(part: BlobPart) {
    this.#part = part;
    this.#crc = part.crc;
  }

  async *bytes(): Bytes {
    for await (const chunk of this.#part.read()) {
      this.size += chunk.length;
      if (this.#part.unpackedLimit === undefined) this.#crc = crc32(chunk, this.#crc);
      this.#end.add(chunk);
      yield chunk;
    }
  }

  sum(): PartSum {
    return { crc: this.#crc, end: this.#end.trailer() };
  }
}
