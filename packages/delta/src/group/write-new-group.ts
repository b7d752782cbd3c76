import type { Bytes, RandomAccess } from '@block-pack/core';
import { recipeOf } from '../archive/archive-recipe.ts';
import { writeTyped } from '../typed/write-typed.ts';
import { contentAccess } from './content-access.ts';
import { groupContents } from './group-contents.ts';
import { type GroupSkeleton, groupSkeleton, packSkeleton } from './group-skeleton.ts';
import { HeldContents } from './held-contents.ts';
import { groupLimits } from './old-block.ts';
import { type NewArchive, type NewBlock, openNewArchive } from './open-archive.ts';
import { OpenedArchives } from './opened-archives.ts';
import type { GroupWriting, WriteGroupOptions, WrittenGroup } from './write-group.ts';

/** Blocks that resemble nothing older: their contents are typed, and packed by other threads, while archives behind them are opened. */
export function writeNewGroup(blocks: readonly NewBlock[], options: WriteGroupOptions): GroupWriting {
  let written: WrittenGroup | undefined;
  return {
    payload: payloadOf(blocks, options, (one) => {
      written = one;
    }),
    written: () => {
      if (written === undefined) throw new RangeError('the payload was not read');
      return written;
    },
  };
}

async function* payloadOf(
  blocks: readonly NewBlock[],
  options: WriteGroupOptions,
  onWritten: (written: WrittenGroup) => void,
): Bytes {
  const sizes = blocks.map(({ content }) => content.size);
  const limits = groupLimits(sizes);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const archives = new OpenedArchives(blocks, (block) => openNewArchive(block, [], limits, options));
  const contents = new NewContents();
  let mixed = 0;
  const onMixing = (bytes: number) => {
    mixed += bytes;
  };
  const typed = writeTyped(contents.of(archives.inOrder()), {
    ...options,
    onMixing,
    onProgress: () => options.onProgress?.(contents.blockBytes, total),
  });
  try {
    const head = headOf(archives, options);
    const held = await packedBefore(head, typed);
    archives.openAll();
    const { skeleton, packed, areWhole } = await head;
    yield packed;
    if (areWhole) {
      mixed = 0;
      const onProgress = (bytes: number) => options.onProgress?.(bytes, total);
      yield* writeTyped(
        blocks.map(({ content }) => content),
        { ...options, onMixing, onProgress },
      );
    } else {
      yield* held;
      yield* typed;
    }
    onWritten({
      skeleton: { size: skeleton.bytes.length, packed: packed.length },
      contents: areWhole ? total : contents.bytes,
      blocks: skeleton.news.map(({ archive }) => ({ apart: archive !== undefined, bases: [] })),
      encoding: 'typed',
      mixed,
    });
  } finally {
    await typed.return(undefined);
    await archives.close();
  }
}

/** What a reader is told before the contents. */
interface Head {
  readonly skeleton: GroupSkeleton;
  readonly packed: Uint8Array;
  /** Whether archives travel as they are, though they can be taken apart. */
  readonly areWhole: boolean;
}

async function headOf(archives: OpenedArchives, { mostSkeleton }: WriteGroupOptions): Promise<Head> {
  const opened = await archives.all;
  const skeleton = groupSkeleton(opened, [], mostSkeleton);
  return { skeleton, packed: await packSkeleton(skeleton), areWhole: skeleton.news !== opened };
}

/** Bytes of packed sections that are held until all archives are opened. */
const mostHeld = 32 << 20;

/** What is packed before the head is known. */
async function packedBefore(head: Promise<Head>, typed: AsyncGenerator<Uint8Array>): Promise<Uint8Array[]> {
  let isKnown = false;
  const known = () => {
    isKnown = true;
  };
  head.then(known, known);
  const held: Uint8Array[] = [];
  for (let bytes = 0; !isKnown && bytes < mostHeld; ) {
    const { done, value } = await typed.next();
    if (done) break;
    held.push(value);
    bytes += value.length;
  }
  return held;
}

/** Contents of archives, counted as they are given. */
class NewContents {
  /** Of contents. */
  bytes = 0;
  /** Of the blocks that they are all of. */
  blockBytes = 0;

  async *of(archives: AsyncIterable<NewArchive>): AsyncGenerator<RandomAccess> {
    const held = new HeldContents();
    for await (const one of archives) {
      const { archive, content } = one;
      const recipe = archive && recipeOf(archive);
      for (const planned of groupContents([{ size: content.size, bases: [], recipe }], []).contents) {
        yield contentAccess(planned, [one], held);
        this.bytes += planned.size;
      }
      this.blockBytes += content.size;
    }
  }
}
