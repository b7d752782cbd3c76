import type { RandomAccess } from '@block-pack/core';
import { ArchiveReader } from '../archive/archive-reader.ts';
import { type ArchiveLimits, type LayoutLimits, layoutLimits, unpackedLimit } from '../archive/limits.ts';
import { partSize } from '../archive/old-parts.ts';
import {
  type BlockKind,
  type KeepBytes,
  type Layout,
  type Part,
  readLayout,
} from '../archive/read-layout.ts';
import { type Position, positionIn } from '../archive/recipe.ts';
import type { DifferenceBase } from '../difference/allowance.ts';
import type { HeldContents } from './held-contents.ts';

/** Entries above this many bytes stay as they lie, so that a content always fits into memory. */
const entrySize = 64 << 20;

/** What may be read and unpacked of blocks, all of them together. */
export interface GroupLimits {
  readonly layout: LayoutLimits;
  readonly archive: ArchiveLimits;
}

export function groupLimits(sizes: readonly number[]): GroupLimits {
  const size = sizes.reduce((sum, one) => sum + one, 0);
  return { layout: layoutLimits(size), archive: { entrySize, contents: { left: unpackedLimit(size) } } };
}

/** A block, a text or the tar of a layer, as both sides have it. */
export interface GroupBlock {
  readonly kind: BlockKind;
  readonly content: RandomAccess;
}

/** What a group is written against, and read with. */
export interface OldBlock extends GroupBlock {
  /** Undefined for what is no archive. */
  readonly layout: Layout | undefined;
  readonly reader: ArchiveReader | undefined;
}

/** @param keep for archives inside of the blocks, so that each is unpacked once */
export async function openOldBlock(
  { kind, content }: GroupBlock,
  left: LayoutLimits,
  keep: KeepBytes,
): Promise<OldBlock> {
  const layout = await readLayout(content, kind, left);
  return { kind, content, layout, reader: layout && new ArchiveReader(content, layout, keep) };
}

/** A leaf of an old layout: a part that is no archive taken apart. */
export interface OldLeaf {
  readonly position: Position;
  readonly part: Part;
}

/** All leaves, in the order of the file. */
export function oldLeaves(layout: Layout): OldLeaf[] {
  const found: OldLeaf[] = [];
  addLeaves(layout, [], found);
  return found;
}

function addLeaves({ parts, nested }: Layout, above: Position, to: OldLeaf[]): void {
  for (let i = 0; i < parts.length; i++) {
    const inner = nested.get(i);
    if (inner === undefined) to.push({ position: positionIn(above, i), part: parts[i] as Part });
    else addLeaves(inner, positionIn(above, i), to);
  }
}

export function oldPartAt(layout: Layout, [at, ...below]: Position): Part | undefined {
  if (at === undefined) return undefined;
  if (below.length === 0) return layout.parts[at];
  const inner = layout.nested.get(at);
  return inner && oldPartAt(inner, below);
}

/** Whether both sides take the part for one whose content can be read. */
export function isReadable(part: Part): boolean {
  if (part.kind !== 'entry') return 'size' in part;
  const { method, flags } = part.head.form;
  if ((flags & 1) === 1) return false;
  return method === 0 || (method === 8 && part.facts.size <= entrySize);
}

/** A part's content, or for `packed` its bytes as they lie. A content that has to be unpacked is held while it is the last that was read. */
export function partAccess(
  { reader }: OldBlock,
  position: Position,
  part: Part,
  packed: boolean,
  held: HeldContents,
): DifferenceBase {
  if (reader === undefined) throw new RangeError('only an archive has parts');
  if (packed || part.kind !== 'entry' || part.head.form.method !== 8)
    return reader.access(position, partSize(part, true));
  const { size } = part.facts;
  return held.access(reader, position, size);
}
