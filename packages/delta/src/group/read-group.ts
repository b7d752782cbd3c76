import { availableParallelism } from 'node:os';
import { brotliDecompressSync } from 'node:zlib';
import { ByteReader, type Bytes, collect } from '@block-pack/core';
import type { ArchiveReader } from '../archive/archive-reader.ts';
import { decodeSkeletons } from '../archive/decode-skeleton.ts';
import { skeletonLimit, unpackedLimit } from '../archive/limits.ts';
import { asBytes, putTogether } from '../archive/put-together.ts';
import type { KeepBytes } from '../archive/read-layout.ts';
import { deflatedSize, leaves, type Packing, type RecipePart } from '../archive/recipe.ts';
import { DeflateThreads } from '../deflate/deflate-threads.ts';
import { OpenDifference } from '../difference/apply-difference.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { unpackContents } from '../difference/pack-contents.ts';
import { readTyped } from '../typed/read-typed.ts';
import { groupContents, type PlannedBlock } from './group-contents.ts';
import { goesToThreads, LeafSupply, type SuppliedLeaf } from './leaf-supply.ts';
import { type GroupBlock, groupLimits, type OldBlock, openOldBlock } from './old-block.ts';
import type { UsedEncoding, WrittenGroup } from './write-group.ts';

/** A group, as its bundle says it is. */
export interface ReadGroupOptions {
  readonly encoding: UsedEncoding;
  /** Most bytes of streams that are mixed, or that mixed values have, if it is less than the format allows. */
  readonly mixed?: number | undefined;
  readonly skeleton: WrittenGroup['skeleton'];
  readonly blocks: readonly {
    readonly size: number;
    readonly apart: boolean;
    readonly bases: readonly number[];
  }[];
  /** For archives inside of old blocks, so that each is unpacked once: together they may have sixteen times as many bytes as the old blocks. */
  readonly keepInner: KeepBytes;
  /** Threads that deflate. Unless said, as many as are worth it. */
  readonly threads?: number;
  /** Keeps a block; called for each of them in their order. What it is given is the right one only if its digest is. */
  keep(block: number, content: Bytes): Promise<void>;
}

/** What an encoding lets the sections of its difference do: a reader knows before it begins. */
const encodingTransforms = {
  delta: ['none'],
  class: ['none', 'class', 'units'],
  native: ['none', 'class', 'units', 'native', 'both'],
} as const;

/**
 * Makes the blocks of a group again from the old blocks that it was written against; what needs none of them is begun before they are there.
 * @throws DELTA_INVALID
 */
export async function readGroup(
  payload: Bytes,
  olds: Iterable<GroupBlock> | AsyncIterable<GroupBlock>,
  { encoding, mixed, skeleton, blocks, keep, keepInner, threads: threadCount }: ReadGroupOptions,
): Promise<void> {
  const reader = new ByteReader(payload, () => deltaInvalid('it ends too early'));
  let difference: OpenDifference | undefined;
  try {
    const bytes = await readSkeleton(reader, skeleton);
    if (encoding !== 'inflated' && encoding !== 'typed')
      difference = new OpenDifference(reader.rest(), { transforms: encodingTransforms[encoding], mixed });
    const given: GroupBlock[] = [];
    for await (const old of olds) given.push(old);
    const opened: OldBlock[] = [];
    const { layout: left } = groupLimits(given.map(({ content }) => content.size));
    for (const old of given) opened.push(await openOldBlock(old, left, keepInner));
    const planned = plannedBlocks(blocks, bytes, opened);
    checkUnpacked(planned);
    const plan = groupContents(planned, opened);
    const total = plan.contents.reduce((sum, { size }) => sum + size, 0);
    const made =
      difference?.contents(plan.sources, total) ?? contentsOf(encoding, reader.rest(), total, mixed);
    const source = new ByteReader(made, () => deltaInvalid('its contents end too early'));
    const threads = threadsFor(planned, threadCount);
    try {
      const supply = new LeafSupply(suppliedOf(planned, opened, source), threads);
      for (const [at, block] of planned.entries()) await keep(at, blockBytes(block, supply));
      if (!(await source.atEnd())) throw deltaInvalid('contents are left over');
    } finally {
      await Promise.all([source.close(), threads?.close()]);
    }
  } finally {
    await difference?.close();
    await reader.close();
  }
}

function contentsOf(
  encoding: ReadGroupOptions['encoding'],
  rest: Bytes,
  total: number,
  mixed: number | undefined,
): Bytes {
  return encoding === 'typed' ? readTyped(rest, total, { mixed }) : unpackContents(rest, total);
}

async function readSkeleton(
  reader: ByteReader,
  { size, packed }: WrittenGroup['skeleton'],
): Promise<Uint8Array> {
  if (size > skeletonLimit || packed > size + 1024) throw deltaInvalid(`its skeletons have ${size} bytes`);
  const bytes = await collect(reader.part(packed), packed, 'The skeletons');
  const skeleton = unpacked(bytes, size);
  if (skeleton.length !== size)
    throw deltaInvalid(`its skeletons have ${skeleton.length} bytes, not ${size}`);
  return skeleton;
}

function unpacked(bytes: Uint8Array, size: number): Uint8Array {
  try {
    return brotliDecompressSync(bytes, { maxOutputLength: Math.max(1, size) });
  } catch (cause) {
    throw deltaInvalid('its skeletons cannot be unpacked', cause);
  }
}

function plannedBlocks(
  blocks: ReadGroupOptions['blocks'],
  skeleton: Uint8Array,
  olds: readonly OldBlock[],
): PlannedBlock[] {
  const layouts = blocks
    .filter(({ apart }) => apart)
    .map(({ bases }) => bases.flatMap((one) => olds[one]?.layout ?? []));
  const next = decodeSkeletons(skeleton, layouts).values();
  return blocks.map(({ size, apart, bases }) => ({
    size,
    bases,
    recipe: apart ? next.next().value : undefined,
  }));
}

/** What has to be deflated: a few bytes could else say a thousand times that the same zeros are to be packed. */
function checkUnpacked(blocks: readonly PlannedBlock[]): void {
  const limit = unpackedLimit(blocks.reduce((sum, { size }) => sum + size, 0));
  const unpacked = blocks.reduce(
    (sum, { recipe }) => sum + (recipe === undefined ? 0 : deflatedSize(recipe)),
    0,
  );
  if (unpacked > limit)
    throw deltaInvalid(
      `its archives have contents of ${unpacked} bytes, and no more than ${limit} are ever needed`,
    );
}

/** Bytes that are to be deflated from which on threads, which take some 20 ms to begin, are worth it. */
const worthThreads = 4 << 20;

/** Bytes that keep a thread busy for as long as the contents of an update take to be made: a second one would only take its processor from whoever makes them. */
const bytesOfThread = 16 << 20;

/** With more, they would wait for the contents, which one thread makes. */
const mostThreads = 4;

function threadsFor(blocks: readonly PlannedBlock[], count = worthwhileThreads(blocks)) {
  return count === 0 ? undefined : new DeflateThreads(count);
}

function worthwhileThreads(blocks: readonly PlannedBlock[]): number {
  let bytes = 0;
  for (const { recipe } of blocks)
    for (const { part } of recipe === undefined ? [] : leaves(recipe))
      if (goesToThreads(part)) bytes += part.size;
  const processors = availableParallelism();
  if (bytes < worthThreads || processors < 2) return 0;
  return Math.min(Math.ceil(bytes / bytesOfThread), processors, mostThreads);
}

function* suppliedOf(
  blocks: readonly PlannedBlock[],
  olds: readonly OldBlock[],
  contents: ByteReader,
): Generator<SuppliedLeaf, undefined> {
  for (const { size, recipe, bases } of blocks) {
    if (recipe === undefined) {
      yield newContent(size, 'stored', contents);
      continue;
    }
    const readers = bases.flatMap((one) => olds[one]?.reader ?? []);
    for (const { part } of leaves(recipe)) yield suppliedLeaf(part, readers, contents);
  }
}

function suppliedLeaf(
  { origin, size, packing }: RecipePart,
  olds: readonly ArchiveReader[],
  contents: ByteReader,
): SuppliedLeaf {
  if (origin === undefined || origin.is === 'base') return newContent(size, packing, contents);
  const old = olds[origin.old];
  if (old === undefined)
    throw deltaInvalid(`it copies from the old block ${origin.old}, which it does not name`);
  const open = () => (origin.is === 'packed' ? old.packed(origin.position) : old.content(origin.position));
  return { size, packing, inOrder: false, open };
}

function newContent(size: number, packing: Packing, contents: ByteReader): SuppliedLeaf {
  const atHand = () => contents.atHand(size);
  return { size, packing, inOrder: true, atHand, open: () => contents.part(size) };
}

async function* blockBytes({ size, recipe }: PlannedBlock, supply: LeafSupply): Bytes {
  if (recipe === undefined) return yield* asBytes(supply.content());
  yield* putTogether(
    recipe,
    () => supply.content(),
    size,
    ({ part }) => supply.deflated(part),
  );
}
