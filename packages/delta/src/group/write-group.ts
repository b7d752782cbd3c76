import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { type Bytes, checkSignal, type RandomAccess, readRange } from '@block-pack/core';
import { decodeSkeletons } from '../archive/decode-skeleton.ts';
import { encodeSkeletons } from '../archive/encode-skeleton.ts';
import { skeletonLimit } from '../archive/limits.ts';
import type { Recipe } from '../archive/recipe.ts';
import { packContents } from '../difference/pack-contents.ts';
import { levelsClasses, predictsReferences, type Transform } from '../difference/section.ts';
import { type DifferenceOptions, writeDifference } from '../difference/write-difference.ts';
import { writeTyped } from '../typed/write-typed.ts';
import {
  type GroupContents,
  groupContents,
  type PlannedBlock,
  type PlannedContent,
} from './group-contents.ts';
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
  /** Called with the bytes of contents that are written so far, and all of them. */
  onProgress?(bytes: number, total: number): void;
}

/** A group, and what its reader has to be told beside its bytes. */
export interface WrittenGroup {
  /** Bytes of the skeletons, and of what the payload begins with: the same in brotli. */
  readonly skeleton: { readonly size: number; readonly packed: number };
  /** Bytes of all contents. */
  readonly contents: number;
  /** For each block: whether its archive was taken apart, and the bases that it is written against. */
  readonly blocks: readonly { readonly apart: boolean; readonly bases: readonly number[] }[];
  /** To be read once. */
  readonly payload: Bytes;
  /** How the contents travel: known when the payload was read. */
  usedEncoding(): UsedEncoding;
  /** Bytes of streams that are mixed, or that mixed values have: known when the payload was read. */
  mixed(): number;
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
): Promise<WrittenGroup> {
  const oldLimits = limitsOf(olds);
  const oldArchives: OldArchive[] = [];
  for (const old of olds) oldArchives.push(await openOldArchive(old, oldLimits, options));
  const newLimits = limitsOf(blocks);
  const opened: NewArchive[] = [];
  for (const block of blocks) opened.push(await openNewArchive(block, oldArchives, newLimits, options));
  const { news, skeleton, recipes } = withSkeletons(opened, oldArchives, options);
  const planned = plannedBlocks(news, recipes);
  const plan = groupContents(planned, oldArchives);
  const packed = await packSkeleton(skeleton);
  const used = new Set<Transform>();
  let mixed = 0;
  return {
    skeleton: { size: skeleton.length, packed: packed.length },
    contents: plan.contents.reduce((sum, { size }) => sum + size, 0),
    blocks: news.map(({ archive, bases }) => ({ apart: archive !== undefined, bases })),
    payload: payloadOf(packed, news, plan, encoding, {
      ...options,
      onTransform: (one) => used.add(one),
      onMixing: (bytes) => {
        mixed += bytes;
      },
    }),
    mixed: () => mixed,
    usedEncoding: () => encodingOf(encoding, [...used]),
  };
}

function encodingOf(encoding: GroupEncoding, used: readonly Transform[]): UsedEncoding {
  if (used.some(predictsReferences)) return 'native';
  return used.some((one) => one === 'units' || levelsClasses(one)) ? 'class' : encoding;
}

function limitsOf(blocks: readonly GroupBlock[]): GroupLimits {
  return groupLimits(blocks.map(({ content }) => content.size));
}

interface Skeletons {
  readonly news: readonly NewArchive[];
  readonly skeleton: Uint8Array;
  readonly recipes: readonly Recipe[];
}

/** Archives whose skeletons are too large together, such as those with long comments, travel as they are. */
function withSkeletons(
  news: readonly NewArchive[],
  olds: readonly OldArchive[],
  { mostSkeleton = skeletonLimit }: Pick<WriteGroupOptions, 'mostSkeleton'>,
): Skeletons {
  const apart = news.flatMap(({ archive, bases }) =>
    archive === undefined ? [] : [{ archive, olds: archivesOf(bases, olds) }],
  );
  const skeleton = encodeSkeletons(apart);
  if (apart.length > 0 && skeleton.length > mostSkeleton) {
    const whole = news.map((one) => ({ ...one, archive: undefined, reader: undefined }));
    return withSkeletons(whole, olds, {});
  }
  const layouts = apart.map((one) => one.olds.map(({ layout }) => layout));
  return { news, skeleton, recipes: decodeSkeletons(skeleton, layouts) };
}

function plannedBlocks(news: readonly NewArchive[], recipes: readonly Recipe[]): PlannedBlock[] {
  const next = recipes.values();
  return news.map(({ archive, bases, content: { size } }) => {
    const recipe = archive === undefined ? undefined : next.next().value;
    return { size, bases, recipe };
  });
}

const compress = promisify(brotliCompress);

async function packSkeleton(skeleton: Uint8Array): Promise<Uint8Array> {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: skeleton.length > 4 << 20 ? 9 : 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
  };
  return compress(skeleton, { params });
}

async function* payloadOf(
  skeleton: Uint8Array,
  news: readonly NewArchive[],
  { contents, sources }: GroupContents,
  encoding: GroupEncoding,
  {
    signal,
    onProgress,
    onTransform,
    onMixing,
    mostMixed,
    quality,
    mixesValues,
  }: WriteGroupOptions & Required<Pick<DifferenceOptions, 'onTransform' | 'onMixing'>>,
): Bytes {
  yield skeleton;
  const held = new HeldContents();
  const accesses = contents.map((one) => ({ ...one, content: contentAccess(one, news, held) }));
  const total = contents.reduce((sum, { size }) => sum + size, 0);
  if (encoding === 'delta') {
    yield* writeDifference(sources, accesses, {
      ...(signal !== undefined && { signal }),
      ...(mostMixed !== undefined && { mostMixed }),
      onMixing,
      onTransform,
      onProgress: (bytes) => onProgress?.(bytes, total),
    });
    return;
  }
  const bytesOf = accesses.map(({ content }) => content);
  const progress = (bytes: number) => onProgress?.(bytes, total);
  if (encoding === 'typed')
    yield* writeTyped(bytesOf, { quality, mixesValues, signal, onMixing, onProgress: progress });
  else yield* packContents(joined(bytesOf, signal, progress));
}

function contentAccess(
  { block, leaf, size }: PlannedContent,
  news: readonly NewArchive[],
  held: HeldContents,
): RandomAccess {
  const { content, reader } = news[block] ?? {};
  if (content === undefined) throw new RangeError(`no block ${block}`);
  if (leaf === undefined || reader === undefined) return content;
  const { position, part } = leaf;
  if (typeof part.packing === 'string') return reader.access(position, size);
  return held.access(size, () => reader.unpacked(position, size));
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
