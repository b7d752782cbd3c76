import { ownThreadDigest, type StreamDigest } from '@block-pack/core';
import { CopyThread } from './copy-thread.ts';
import { worthThreads } from './fill-draft.ts';
import type { PartFiles } from './part-files.ts';

/**
 * Digests what comes; where that is much, by a thread of its own. To be closed in any case.
 * @param about bytes that will come
 */
export function streamDigest(about: number): StreamDigest {
  if (about < worthThreads) return ownThreadDigest();
  const thread = new CopyThread(noFiles);
  return {
    add: (chunk) => thread.add(chunk),
    digest: async () => (await thread.end()).digest,
    close: () => thread.close(),
  };
}

const noFiles: PartFiles = { code: 'STORE_UNUSABLE', path: () => '', open: () => undefined };
