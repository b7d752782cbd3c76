import { createHash } from 'node:crypto';
import type { BlobStore } from './blob.ts';
import type { Block } from './block.ts';
import { exactly, writeCanonicalTar, writeCanonicalTarInOrder } from './canonical-tar.ts';
import type { Content, MadeTree } from './packer.ts';
import type { TreeEntry } from './tree.ts';

export interface CutBlock extends Block {
  /** False when the store had the block already. */
  readonly added: boolean;
}

/**
 * Makes a block of the content and keeps it in the store. The block depends on the content alone: not on where it lies, whose it is, when it
 * was made or in which order it was found.
 * @throws INPUT_CHANGED when a file does not have the bytes it had when it was listed
 */
export async function cutBlock(content: Content, store: BlobStore): Promise<CutBlock> {
  switch (content.kind) {
    case 'file':
      return { kind: 'file', files: 1, ...(await store.write(exactly(content.file))) };
    case 'tree':
      return {
        kind: 'tree',
        files: content.entries.length,
        ...(await store.write(writeCanonicalTar(content.entries))),
      };
    case 'made':
      return await cutMade(content, store);
  }
}

async function cutMade(content: MadeTree, store: BlobStore): Promise<CutBlock> {
  const announced = new Set(content.paths);
  let files = 0;
  async function* counted() {
    for await (const entry of content.make()) {
      // Whether paths of different imports collide was judged by the announced ones.
      if (!announced.has(entry.path)) throw new Error(`${entry.path} was made, but not announced`);
      files++;
      yield entry;
    }
  }
  const written = await store.write(writeCanonicalTarInOrder(counted()));
  return { kind: 'tree', files, ...written };
}

/** Another string whenever the block may be another one; undefined when a part of the content has no stamp. */
export function stampOf(content: Content): string | undefined {
  if (content.kind === 'file') return content.file.stamp;
  if (content.kind === 'made') return content.stamp;
  const lines: string[] = [];
  for (const entry of content.entries) {
    const line = stampLine(entry);
    if (line === undefined) return undefined;
    lines.push(line);
  }
  return `tree ${createHash('sha256').update(lines.sort().join('\n')).digest('hex')}`;
}

function stampLine(entry: TreeEntry): string | undefined {
  switch (entry.kind) {
    case 'file':
      return entry.stamp && JSON.stringify([entry.path, entry.executable, entry.stamp]);
    case 'symlink':
      return JSON.stringify([entry.path, entry.target]);
    case 'directory':
      return JSON.stringify([entry.path]);
  }
}
