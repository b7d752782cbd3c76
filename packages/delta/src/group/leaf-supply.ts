import { type Bytes, collect } from '@block-pack/core';
import { asBytes, exactly, type Supplied } from '../archive/put-together.ts';
import type { Packing } from '../archive/recipe.ts';
import { type Deflated, type DeflateThreads, threadsDeflate } from '../deflate/deflate-threads.ts';
import { Queue } from './queue.ts';

/** What a leaf, or a block that is no archive, is made from. */
export interface SuppliedLeaf {
  readonly size: number;
  readonly packing: Packing;
  /** Whether it is read from what can be read only once, all in their order. */
  readonly inOrder: boolean;
  /** In the place of opening it, where it lies in memory: a view that is good until something else is asked for. */
  atHand?(): Uint8Array | undefined;
  open(): Bytes;
}

/** Bytes that are read before their turn: as many as threads deflate while a section of the contents is made. */
const roomAhead = 40 << 20;

/** Leaves that are read before their turn; there may be many small ones. */
const mostAhead = 1 << 14;

/** Bytes of a leaf that threads deflate; one that has more is deflated as it comes. */
const largestDeflated = 8 << 20;

/** Bytes of a leaf that is held until its turn, so that what stands behind it can be read. */
const largestHeld = 1 << 20;

/** On its way to be deflated, held, or to be read at its turn. */
type Read = 'to be deflated' | Uint8Array | undefined;

/** A leaf whose turn has not come. */
interface Coming {
  readonly leaf: SuppliedLeaf;
  readonly read: Read;
}

/** Supplies leaves, each at its turn. Where there are threads, they deflate what is read ahead; what is large is not. */
export class LeafSupply {
  readonly #unread: Iterator<SuppliedLeaf, undefined>;
  readonly #threads: DeflateThreads | undefined;
  readonly #onRead: () => void;
  /** The first one that is not among those that come. */
  #next: SuppliedLeaf | undefined;
  readonly #coming = new Queue<Coming>();
  /** Bytes that were read ahead. */
  #held = 0;
  /** Whether the last one that comes has to be read before anything behind it. */
  #waits = false;

  /**
   * @param all in the order in which they will be asked for
   * @param onRead called when all are read, if that is before the turn of the last one
   */
  constructor(
    all: Generator<SuppliedLeaf, undefined>,
    threads?: DeflateThreads,
    onRead: () => void = () => {},
  ) {
    this.#unread = all;
    this.#threads = threads;
    this.#onRead = onRead;
    this.#next = this.#unread.next().value;
  }

  /** The next one's content. */
  content(): Supplied {
    const taken = this.#take();
    return taken instanceof Promise ? comingContent(taken) : contentOf(taken);
  }

  /** The next one deflated; undefined, and nothing taken, where threads do not do that. */
  deflated(next: Pick<SuppliedLeaf, 'size' | 'packing'>): Deflated | Promise<Deflated> | undefined {
    const threads = this.#threads;
    if (threads === undefined || !goesToThreads(next)) return undefined;
    const taken = this.#take();
    return taken instanceof Promise
      ? taken.then((coming) => deflatedOf(coming, threads))
      : deflatedOf(taken, threads);
  }

  /** At once, as long as all that is to be read before lies in memory. */
  #take(): Coming | Promise<Coming> {
    while (this.#next !== undefined && (this.#coming.length === 0 || this.#mayReadAhead())) {
      const leaf = this.#next;
      const read = readAhead(leaf, this.#threads);
      if (read instanceof Promise)
        return read.then((one) => {
          this.#add(leaf, one);
          return this.#take();
        });
      this.#add(leaf, read);
    }
    const coming = this.#coming.shift();
    if (coming === undefined) throw new RangeError('no leaf is left');
    if (coming.read !== undefined) this.#held -= coming.leaf.size;
    if (this.#coming.length === 0) this.#waits = false;
    return coming;
  }

  #mayReadAhead(): boolean {
    const hasRoom = this.#held < roomAhead && this.#coming.length < mostAhead;
    return this.#threads !== undefined && hasRoom && !this.#waits;
  }

  #add(leaf: SuppliedLeaf, read: Read): void {
    if (read !== undefined) this.#held += leaf.size;
    else this.#waits = leaf.inOrder;
    this.#coming.push({ leaf, read });
    this.#next = this.#unread.next().value;
    if (this.#next === undefined && !this.#waits) this.#onRead();
  }
}

function readAhead(leaf: SuppliedLeaf, threads: DeflateThreads | undefined): Read | Promise<Read> {
  const { size, packing, inOrder } = leaf;
  if (threads === undefined) return undefined;
  if (typeof packing !== 'string' && goesToThreads(leaf)) {
    const content = leaf.atHand?.();
    if (content === undefined)
      return threads.add(sized(leaf), size, packing).then((): Read => 'to be deflated');
    threads.addAtOnce(content, packing);
    return 'to be deflated';
  }
  if (!inOrder || size > largestHeld) return undefined;
  const content = leaf.atHand?.();
  return content === undefined ? collect(sized(leaf), size, 'a part') : new Uint8Array(content);
}

function sized(leaf: SuppliedLeaf): Bytes {
  return exactly(leaf.open(), leaf.size, 'a part');
}

async function* comingContent(taken: Promise<Coming>): Bytes {
  yield* asBytes(contentOf(await taken));
}

function contentOf({ leaf, read }: Coming): Supplied {
  if (read === 'to be deflated') throw new Error('threads have it, and give it deflated');
  return read ?? leaf.atHand?.() ?? leaf.open();
}

function deflatedOf({ read }: Coming, threads: DeflateThreads): Deflated | Promise<Deflated> {
  if (read !== 'to be deflated') throw new Error('another leaf is the next one');
  return threads.deflated();
}

/** Whether threads deflate it, where there are any. */
export function goesToThreads({ size, packing }: Pick<SuppliedLeaf, 'size' | 'packing'>): boolean {
  return typeof packing !== 'string' && size <= largestDeflated && threadsDeflate(packing);
}
