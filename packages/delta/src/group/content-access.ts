import type { RandomAccess } from '@block-pack/core';
import type { PlannedContent } from './group-contents.ts';
import type { HeldContents } from './held-contents.ts';
import type { NewArchive } from './open-archive.ts';

/** A content of one of the archives, or the block itself that is none. */
export function contentAccess(
  { block, leaf, size }: PlannedContent,
  news: readonly NewArchive[],
  held: HeldContents,
): RandomAccess {
  const { content, reader } = news[block] ?? {};
  if (content === undefined) throw new RangeError(`no block ${block}`);
  if (leaf === undefined || reader === undefined) return content;
  const { position, part } = leaf;
  if (typeof part.packing === 'string') return reader.access(position, size);
  return held.access(reader, position, size);
}
