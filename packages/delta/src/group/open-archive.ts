import { checkSignal } from '@block-pack/core';
import { ArchiveReader } from '../archive/archive-reader.ts';
import { type KeepBytes, type Layout, readLayout } from '../archive/read-layout.ts';
import { type Archive, takeApart } from '../archive/take-apart.ts';
import {
  type GroupBlock,
  type GroupLimits,
  isReadable,
  type OldBlock,
  oldLeaves,
  openOldBlock,
} from './old-block.ts';

/** A block to be written, and the old blocks that it is most like. */
export interface NewBlock extends GroupBlock {
  /** Places among the old blocks. */
  readonly bases: readonly number[];
}

export interface OpenArchiveOptions {
  /** For archives inside of the blocks, so that each is unpacked once: together they may have sixteen times as many bytes as the blocks. */
  readonly keepInner: KeepBytes;
  readonly signal?: AbortSignal;
}

export interface OldArchive extends OldBlock {
  readonly archive: Archive | undefined;
}

export async function openOldArchive(
  old: GroupBlock,
  { layout, archive: limits }: GroupLimits,
  { signal, keepInner }: OpenArchiveOptions,
): Promise<OldArchive> {
  checkSignal(signal);
  const opened = await openOldBlock(old, layout, keepInner);
  if (opened.layout === undefined) return { ...opened, archive: undefined };
  const archive = await takeApart(old.content, opened.layout, { encoders: 'skip', limits });
  return { ...opened, archive };
}

export interface NewArchive extends NewBlock {
  readonly archive: Archive | undefined;
  readonly reader: ArchiveReader | undefined;
}

export async function openNewArchive(
  block: NewBlock,
  olds: readonly OldArchive[],
  { layout: left, archive: limits }: GroupLimits,
  { signal, keepInner }: OpenArchiveOptions,
): Promise<NewArchive> {
  checkSignal(signal);
  const layout = await readLayout(block.content, block.kind, left);
  if (layout === undefined) return { ...block, archive: undefined, reader: undefined };
  const bases = block.bases.filter((one) => isSound(olds[one]));
  const archive = await takeApart(block.content, layout, { limits, olds: archivesOf(bases, olds) });
  return { ...block, archive, bases, reader: new ArchiveReader(block.content, layout, keepInner) };
}

/** The reader tells by headers alone which parts can be unpacked; an archive where that is not true is no base. */
function isSound(old: OldArchive | undefined): boolean {
  if (old?.archive === undefined) return false;
  return oldLeaves(old.archive.layout).every(({ position, part }) => {
    const content = contentAt(old.archive, position);
    return content === undefined || content.packing !== 'raw' || part.kind !== 'entry' || !isReadable(part);
  });
}

function contentAt(
  archive: Archive | undefined,
  [at = -1, ...below]: readonly number[],
): Archive['contents'][number] | undefined {
  const content = archive?.contents[at];
  return below.length === 0 ? content : contentAt(content?.nested, below);
}

export function archivesOf(
  bases: readonly number[],
  olds: readonly OldArchive[],
): (Archive & { readonly layout: Layout })[] {
  return bases.flatMap((one) => olds[one]?.archive ?? []);
}
