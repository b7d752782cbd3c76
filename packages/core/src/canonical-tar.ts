import type { Bytes } from './bytes.ts';
import type { TreeEntry } from './tree.ts';

/** The canonical tar of a tree: the one byte sequence that stands for it. Specified in docs/format/block.md. */
export declare function writeCanonicalTar(entries: readonly TreeEntry[]): Bytes;
export declare function readCanonicalTar(content: Bytes, name: string): AsyncIterable<TreeEntry>;
