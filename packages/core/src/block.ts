import type { Descriptor } from './blob.ts';

/** The content of one component: it does not know its path, its owner or its time. */
export interface Block extends Descriptor {
  /** One file's own bytes, or the canonical tar of a directory. */
  readonly kind: 'file' | 'tree';
  /** Files, links and empty directories inside; 1 for a file block. */
  readonly files: number;
}
