import { existsSync } from 'node:fs';
import type { Bytes, Digest } from '@block-pack/core';
import type { BlobFiles } from '@block-pack/store';

/** Blobs that lie in one of several sources; the first that has one gives it. */
export function firstOf(sources: readonly [BlobFiles, ...BlobFiles[]]): BlobFiles {
  const sourceOf = async (digest: Digest): Promise<BlobFiles> => {
    for (const source of sources) if (await source.has(digest)) return source;
    return sources[0];
  };
  return {
    async has(digest, size) {
      for (const source of sources) if (await source.has(digest, size)) return true;
      return false;
    },
    async *read(digest, range): Bytes {
      yield* (await sourceOf(digest)).read(digest, range);
    },
    blobPath(digest) {
      const paths = sources.flatMap((source) => source.blobPath?.(digest) ?? []);
      return paths.find((path) => existsSync(path)) ?? paths[0];
    },
  };
}
