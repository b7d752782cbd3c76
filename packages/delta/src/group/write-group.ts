import { type Bytes, checkSignal, type RandomAccess, readRange } from '@block-pack/core';
import { decodeSkeletons } from '../archive/decode-skeleton.ts';
import { packContents } from '../difference/pack-contents.ts';
import { levelsClasses, predictsReferences, type Transform } from '../difference/section.ts';
import {
  type DifferenceOptions,
  type DifferenceStage,
  writeDifference,
} from '../difference/write-difference.ts';
import type { TypedLanes } from '../typed/typed-lanes.ts';
import { writeTyped } from '../typed/write-typed.ts';
import { contentAccess } from './content-access.ts';
import {
  type GroupContents,
  groupContents,
  type PlannedBlock,
  type PlannedContent,
} from './group-contents.ts';
import { type GroupSkeleton, groupSkeleton, packSkeleton } from './group-skeleton.ts';
import { HeldContents } from './held-contents.ts';
import { type GroupBlock, type GroupLimits, groupLimits } from './old-block.ts';
import {
  archivesOf,
  type NewArchive,
  type NewBlock,
  type OldArchive,
  type OpenArchiveOptions,
  openNewArchive,
  openOldArchive,
} from './open-archive.ts';
import { writeNewGroup } from './write-new-group.ts';

/** How contents travel: as changes of old ones, in streams by what they mean, or packed as they are. */
export type GroupEncoding = 'delta' | 'typed' | 'inflated';

/** The same, and of changes what was done to compare them: class files levelled, or references of native code predicted as well. */
export type UsedEncoding = GroupEncoding | 'class' | 'native';

export interface WriteGroupOptions extends OpenArchiveOptions {
  /** Bytes of skeletons above which no archive is taken apart: no reader takes more than are allowed without it. */
  readonly mostSkeleton?: number;
  /** Most bytes of streams that are mixed: see {@link DifferenceOptions}. */
  readonly mostMixed?: number | undefined;
  /** Of typed contents: see `writeTyped`. */
  readonly quality?: number | undefined;
  readonly mixesValues?: boolean | undefined;
  readonly lanes?: TypedLanes | undefined;
  /** Called with the bytes that are written so far, and all of them: of contents, or of blocks where nobody knows yet what contents they have. */
  onProgress?(bytes: number, total: number): void;
  /** Of changes: see {@link DifferenceOptions}. */
  readonly onStage?: ((stage: DifferenceStage) => void) | undefined;
}

/** A group that is written while its payload is read. */
export interface GroupWriting {
  /** To be read once. */
  readonly payload: Bytes;
  /** What came of it: known when the payload was read. */
  written(): WrittenGroup;
}

/** What the reader of a group has to be told beside its bytes. */
export interface WrittenGroup {
  /** Bytes of the skeletons, and of what the payload begins with: the same in brotli. */
  readonly skeleton: { readonly size: number; readonly packed: number };
  /** Bytes of all contents. */
  readonly contents: number;
  /** For each block: whether its archive was taken apart, and the bases that it is written against. */
  readonly blocks: readonly { readonly apart: boolean; readonly bases: readonly number[] }[];
  /** How the contents travel. */
  readonly encoding: UsedEncoding;
  /** Bytes of streams that are mixed, or that mixed values have. */
  readonly mixed: number;
}

/**
 * Blocks as changes of older ones, all together: archives are taken apart on both sides, what is the same is copied, and the contents that
 * changed make one difference. Specified in docs/format/bundle.md.
 */
export async function writeGroup(
  blocks: readonly NewBlock[],
  olds: readonly GroupBlock[],
  encoding: GroupEncoding,
  options: WriteGroupOptions,
): Promise<GroupWriting> {
  if (encoding === 'typed' && olds.length === 0) return writeNewGroup(blocks, options);
  const oldLimits = limitsOf(olds);
  const oldArchives: OldArchive[] = [];
  for (const old of olds) oldArchives.push(await openOldArchive(old, oldLimits, options));
  const newLimits = limitsOf(blocks);
  const opened: NewArchive[] = [];
  for (const block of blocks) opened.push(await openNewArchive(block, oldArchives, newLimits, options));
  const skeleton = groupSkeleton(opened, oldArchives, options.mostSkeleton);
  const { news } = skeleton;
  const plan = groupContents(plannedBlocks(skeleton, oldArchives), oldArchives);
  const packed = await packSkeleton(skeleton);
  const used = new Set<Transform>();
  let mixed = 0;
  return {
    payload: payloadOf(packed, news, plan, encoding, {
      ...options,
      onTransform: (one) => used.add(one),
      onMixing: (bytes) => {
        mixed += bytes;
      },
    }),
    written: () => ({
      skeleton: { size: skeleton.bytes.length, packed: packed.length },
      contents: contentSize(plan.contents),
      blocks: news.map(asWritten),
      encoding: encodingOf(encoding, [...used]),
      mixed,
    }),
  };
}

function contentSize(contents: readonly PlannedContent[]): number {
  return contents.reduce((sum, { size }) => sum + size, 0);
}

function asWritten({ archive, bases }: NewArchive): WrittenGroup['blocks'][number] {
  return { apart: archive !== undefined, bases };
}

function encodingOf(encoding: GroupEncoding, used: readonly Transform[]): UsedEncoding {
  if (used.some(predictsReferences)) return 'native';
  return used.some((one) => one === 'units' || levelsClasses(one)) ? 'class' : encoding;
}

function limitsOf(blocks: readonly GroupBlock[]): GroupLimits {
  return groupLimits(blocks.map(({ content }) => content.size));
}

function plannedBlocks({ news, bytes }: GroupSkeleton, olds: readonly OldArchive[]): PlannedBlock[] {
  const apart = news.filter(({ archive }) => archive !== undefined);
  const layouts = apart.map(({ bases }) => archivesOf(bases, olds).map(({ layout }) => layout));
  const next = decodeSkeletons(bytes, layouts).values();
  return news.map(({ archive, bases, content: { size } }) => {
    const recipe = archive === undefined ? undefined : next.next().value;
    return { size, bases, recipe };
  });
}

async function* payloadOf(
  skeleton: Uint8Array,
  news: readonly NewArchive[],
  { contents, sources }: GroupContents,
  encoding: GroupEncoding,
  {
    signal,
    onProgress,
    onStage,
    onTransform,
    onMixing,
    mostMixed,
    quality,
    mixesValues,
    lanes,
  }: WriteGroupOptions & Required<Pick<DifferenceOptions, 'onTransform' | 'onMixing'>>,
): Bytes {
  yield skeleton;
  const held = new HeldContents();
  const accesses = contents.map((one) => ({ ...one, content: contentAccess(one, news, held) }));
  const total = contentSize(contents);
  if (encoding === 'delta') {
    yield* writeDifference(sources, accesses, {
      ...(signal !== undefined && { signal }),
      ...(mostMixed !== undefined && { mostMixed }),
      ...(onStage !== undefined && { onStage }),
      onMixing,
      onTransform,
      onProgress: (bytes) => onProgress?.(bytes, total),
    });
    return;
  }
  const bytesOf = accesses.map(({ content }) => content);
  const progress = (bytes: number) => onProgress?.(bytes, total);
  if (encoding === 'typed')
    yield* writeTyped(bytesOf, { quality, mixesValues, lanes, signal, onMixing, onProgress: progress });
  else yield* packContents(joined(bytesOf, signal, progress));
}

async function* joined(
  contents: readonly RandomAccess[],
  signal: AbortSignal | undefined,
  onProgress: (bytes: number) => void,
): Bytes {
  let bytes = 0;
  for (const content of contents) {
    checkSignal(signal);
    yield* readRange(content);
    bytes += content.size;
    onProgress(bytes);
  }
}
