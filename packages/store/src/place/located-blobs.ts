import {
  BlockPackError,
  type ByteRange,
  type Bytes,
  blobMissing,
  type Digest,
  type RandomAccess,
  readRange,
  verified,
} from '@block-pack/core';
import type { PlaceBlobs } from './images.ts';

/** Where a blob's bytes lie. */
export interface Location {
  readonly source: RandomAccess;
  readonly offset: number;
  readonly size: number;
}

/** Blobs that are parts of an open file, or of memory. */
export class LocatedBlobs implements PlaceBlobs {
  readonly #name: string;
  readonly #locations: ReadonlyMap<Digest, Location>;

  /** @param name of what they lie in, for messages */
  constructor(name: string, locations: ReadonlyMap<Digest, Location>) {
    this.#name = name;
    this.#locations = locations;
  }

  async has(digest: Digest, size?: number): Promise<boolean> {
    const location = this.#locations.get(digest);
    return location !== undefined && (size === undefined || location.size === size);
  }

  async *read(digest: Digest, range?: ByteRange): Bytes {
    const location = this.#locations.get(digest);
    if (location === undefined) throw blobMissing(digest, this.#name);
    yield* readLocated(location, digest, range, this.#name);
  }
}

/** A blob's bytes, or a part of them; the whole is verified. @throws DIGEST_MISMATCH */
export function readLocated(
  { source, offset, size }: Location,
  digest: Digest,
  range: ByteRange | undefined,
  name: string,
): Bytes {
  if (range === undefined) return verified(readRange(source, offset, size), digest, `A blob of ${name}`);
  if (range.offset + range.length <= size) return readRange(source, offset + range.offset, range.length);
  throw new BlockPackError(
    'DIGEST_MISMATCH',
    `The blob ${digest} of ${name} has ${size} bytes, ${range.offset + range.length} were expected`,
    { details: { digest, size } },
  );
}
