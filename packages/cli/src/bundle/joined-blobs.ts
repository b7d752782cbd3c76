import { existsSync } from 'node:fs';
import { type BlobSource, blobMissing, type Digest } from '@block-pack/core';
import type { PlaceBlobs } from '@block-pack/store';

/** Sources one behind the other; the first that has a blob gives it. */
export function joinedBlobs(
  ...sources: readonly (BlobSource & { blobPath?(digest: Digest): string })[]
): PlaceBlobs {
  const sourceOf = async (digest: Digest, size?: number) => {
    for (const source of sources) if (await source.has(digest, size)) return source;
    return undefined;
  };
  return {
    has: async (digest, size) => (await sourceOf(digest, size)) !== undefined,
    blobPath(digest) {
      const paths = sources.flatMap((source) => source.blobPath?.(digest) ?? []);
      return paths.find((path) => path !== '' && existsSync(path)) ?? '';
    },
    async *read(digest, range) {
      const source = await sourceOf(digest);
      if (source === undefined) throw blobMissing(digest, 'the bundle and the images that are there');
      yield* source.read(digest, range);
    },
  };
}
