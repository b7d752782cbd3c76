import { brotliDecompressSync } from 'node:zlib';
import { ByteReader, type Bytes, collect } from '@block-pack/core';
import type { ArchiveReader } from '../archive/archive-reader.ts';
import { skeletonLimit } from '../archive/limits.ts';
import { asBytes, putTogether } from '../archive/put-together.ts';
import type { KeepBytes } from '../archive/read-layout.ts';
import { leafParts, type Packing, type RecipePart } from '../archive/recipe.ts';
import type { DeflateThreads } from '../deflate/deflate-threads.ts';
import { OpenDifference } from '../difference/apply-difference.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { unpackContents } from '../difference/pack-contents.ts';
import { readTyped } from '../typed/read-typed.ts';
import { type PlannedBlock, planContents } from './group-contents.ts';
import { GroupThreads } from './group-threads.ts';
import { LeafSupply, type SuppliedLeaf } from './leaf-supply.ts';
import { type GroupBlock, groupLimits, type OldBlock, openOldBlock } from './old-block.ts';
import { GroupSums, plannedBlocks, type ToldBlock } from './planned-blocks.ts';
import { Queue } from './queue.ts';
import type { UsedEncoding, WrittenGroup } from './write-group.ts';

/** A group, as its bundle says it is. */
export interface ReadGroupOptions {
  readonly encoding: UsedEncoding;
  /** Most bytes of streams that are mixed, or that mixed values have, if it is less than the format allows. */
  readonly mixed?: number | undefined;
  readonly skeleton: WrittenGroup['skeleton'];
  readonly blocks: readonly ToldBlock[];
  /** For archives inside of old blocks, so that each is unpacked once: together they may have sixteen times as many bytes as the old blocks. */
  readonly keepInner: KeepBytes;
  /** Those that deflate, which other groups use as well; without them it has some of its own. */
  readonly threads?: GroupThreads | undefined;
  /** When this is done blocks are kept, and errors thrown; what needs no turn is done before. */
  readonly turn?: Promise<unknown> | undefined;
  /** Called when all contents are made, and the last blocks are only deflated: another group may begin. Where that is not known before the end, it is not called. */
  onRead?(): void;
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
  options: ReadGroupOptions,
): Promise<void> {
  const own = options.threads === undefined ? new GroupThreads() : undefined;
  const group = new GroupReader(payload, { ...options, threads: options.threads ?? own });
  try {
    await atTurn(group.open(olds), options.turn);
    await group.keepAll();
  } finally {
    await Promise.all([group.close(), own?.close()]);
  }
}

/** What comes of it, or why nothing does, is known when the turn has come. */
async function atTurn<T>(work: Promise<T>, turn: Promise<unknown> | undefined): Promise<T> {
  await Promise.allSettled([work, turn]);
  await turn;
  return work;
}

/** A group while it is read. To be closed in any case. */
class GroupReader {
  readonly #options: ReadGroupOptions;
  readonly #reader: ByteReader;
  #difference: OpenDifference | undefined;
  #planned: Iterable<PlannedBlock> = [];
  #opened: readonly OldBlock[] = [];
  #contents: ByteReader | undefined;
  #threads: DeflateThreads | undefined;

  constructor(payload: Bytes, options: ReadGroupOptions) {
    this.#options = options;
    this.#reader = new ByteReader(payload, () => deltaInvalid('it ends too early'));
  }

  /** What is done before the first block: afterwards the first contents are there. */
  async open(olds: Iterable<GroupBlock> | AsyncIterable<GroupBlock>): Promise<void> {
    const { encoding, mixed, skeleton, blocks, keepInner, threads } = this.#options;
    const bytes = await readSkeleton(this.#reader, skeleton);
    if (encoding !== 'inflated' && encoding !== 'typed')
      this.#difference = new OpenDifference(this.#reader.rest(), {
        transforms: encodingTransforms[encoding],
        mixed,
      });
    this.#opened = await openOlds(olds, keepInner);
    this.#planned = plannedBlocks(blocks, bytes, this.#opened);
    const sums = new GroupSums();
    let total = 0;
    const sources = planContents(sums.of(this.#planned), this.#opened, ({ size }) => {
      total += size;
    });
    sums.check();
    const made =
      this.#difference?.contents(sources, total) ?? contentsOf(encoding, this.#reader.rest(), total, mixed);
    this.#contents = new ByteReader(made, () => deltaInvalid('its contents end too early'));
    this.#threads = threads?.forBytes(sums.onThreads);
    await this.#contents.atEnd();
  }

  async keepAll(): Promise<void> {
    const { keep, onRead, blocks } = this.#options;
    const contents = this.#contents;
    if (contents === undefined) throw new Error('nobody opened it');
    let isAtEnd: Promise<boolean> | undefined;
    const coming = new Queue<PlannedBlock>();
    const leaves = suppliedOf(this.#planned, this.#opened, contents, (block) => coming.push(block));
    const supply = new LeafSupply(leaves, this.#threads, () => {
      isAtEnd = contents.atEnd();
      // What is wrong with the end is said behind the last block.
      isAtEnd.then((isSo) => isSo && onRead?.()).catch(() => {});
    });
    for (const at of blocks.keys()) await keep(at, blockBytes(coming.shift(), supply));
    if (!(await (isAtEnd ?? contents.atEnd()))) throw deltaInvalid('contents are left over');
  }

  async close(): Promise<void> {
    await this.#contents?.close();
    await this.#difference?.close();
    await this.#reader.close();
  }
}

async function openOlds(
  olds: Iterable<GroupBlock> | AsyncIterable<GroupBlock>,
  keepInner: KeepBytes,
): Promise<OldBlock[]> {
  const given: GroupBlock[] = [];
  for await (const old of olds) given.push(old);
  const opened: OldBlock[] = [];
  const { layout: left } = groupLimits(given.map(({ content }) => content.size));
  for (const old of given) opened.push(await openOldBlock(old, left, keepInner));
  return opened;
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

/** @param onBlock is given each block before its leaves: when the first one of it is wanted, or when those before it are used up */
function* suppliedOf(
  blocks: Iterable<PlannedBlock>,
  olds: readonly OldBlock[],
  contents: ByteReader,
  onBlock: (block: PlannedBlock) => void,
): Generator<SuppliedLeaf, undefined> {
  for (const block of blocks) {
    onBlock(block);
    const { size, recipe, bases } = block;
    if (recipe === undefined) {
      yield newContent(size, 'stored', contents);
      continue;
    }
    const readers = bases.flatMap((one) => olds[one]?.reader ?? []);
    for (const part of leafParts(recipe)) yield suppliedLeaf(part, readers, contents);
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
  return new NewContent(size, packing, contents);
}

class NewContent implements SuppliedLeaf {
  readonly size: number;
  readonly packing: Packing;
  readonly #contents: ByteReader;
  readonly inOrder = true;

  constructor(size: number, packing: Packing, contents: ByteReader) {
    this.size = size;
    this.packing = packing;
    this.#contents = contents;
  }

  atHand(): Uint8Array | undefined {
    return this.#contents.atHand(this.size);
  }

  open(): Bytes {
    return this.#contents.part(this.size);
  }
}

async function* blockBytes(block: PlannedBlock | undefined, supply: LeafSupply): Bytes {
  if (block === undefined) throw new RangeError('no block is left');
  const { size, recipe } = block;
  if (recipe === undefined) return yield* asBytes(supply.content());
  yield* putTogether(
    recipe,
    () => supply.content(),
    size,
    (part) => supply.deflated(part),
  );
}
