import { type Bytes, collect } from '@block-pack/core';
import { exactly } from '../archive/put-together.ts';
import type { Packing } from '../archive/recipe.ts';
import { type Deflated, type DeflateThreads, threadsDeflate } from '../deflate/deflate-threads.ts';

/** What a leaf, or a block that is no archive, is made from. */
export interface Supplied {
  readonly size: number;
  readonly packing: Packing;
  /** Whether it is read from what can be read only once, all in their order. */
  readonly inOrder: boolean;
  open(): Bytes;
}

/** Bytes that are read before their turn: as many as threads deflate while a section of the contents is made. */
const roomAhead = 24 << 20;

/** Leaves that are read before their turn; there may be many small ones. */
const mostAhead = 1 << 14;

/** Bytes of a leaf that threads deflate; one that has more is deflated as it comes. */
const largestDeflated = 8 << 20;

/** Bytes of a leaf that is held until its turn, so that what stands behind it can be read. */
const largestHeld = 1 << 20;

/** A leaf whose turn has not come: on its way to be deflated, held, or not read yet. */
interface Coming {
  readonly supplied: Supplied;
  readonly read: 'to be deflated' | Uint8Array | undefined;
}

/** Supplies leaves, each at its turn. Where there are threads, they deflate what is read ahead; what is large is not. */
export class LeafSupply {
  readonly #next: Iterator<Supplied>;
  readonly #threads: DeflateThreads | undefined;
  readonly #coming: Coming[] = [];
  /** Bytes that were read ahead. */
  #held = 0;
  /** Whether the last one that comes has to be read before anything behind it. */
  #waits = false;

  /** @param all in the order in which they will be asked for */
  constructor(all: Iterable<Supplied>, threads?: DeflateThreads) {
    this.#next = all[Symbol.iterator]();
    this.#threads = threads;
  }

  /** The next one's content. */
  async *content(): Bytes {
    const { supplied, read } = await this.#take();
    if (read === undefined) yield* supplied.open();
    else if (read === 'to be deflated') throw new Error('threads have it, and give it deflated');
    else yield read;
  }

  /** The next one deflated; undefined, and nothing taken, where threads do not do that. */
  deflated(next: Pick<Supplied, 'size' | 'packing'>): Promise<Deflated> | undefined {
    const threads = this.#threads;
    return threads !== undefined && goesToThreads(next) ? this.#deflated(threads) : undefined;
  }

  async #deflated(threads: DeflateThreads): Promise<Deflated> {
    const { read } = await this.#take();
    if (read !== 'to be deflated') throw new Error('another leaf is the next one');
    return threads.deflated();
  }

  async #take(): Promise<Coming> {
    while (this.#coming.length === 0 || this.#mayReadAhead()) if (!(await this.#readNext())) break;
    const coming = this.#coming.shift();
    if (coming === undefined) throw new RangeError('no leaf is left');
    if (coming.read !== undefined) this.#held -= coming.supplied.size;
    if (this.#coming.length === 0) this.#waits = false;
    return coming;
  }

  #mayReadAhead(): boolean {
    const hasRoom = this.#held < roomAhead && this.#coming.length < mostAhead;
    return this.#threads !== undefined && hasRoom && !this.#waits;
  }

  async #readNext(): Promise<boolean> {
    const { done, value: supplied } = this.#next.next();
    if (done === true) return false;
    const read = this.#threads && (await readAhead(supplied, this.#threads));
    if (read !== undefined) this.#held += supplied.size;
    else this.#waits = supplied.inOrder;
    this.#coming.push({ supplied, read });
    return true;
  }
}

async function readAhead(supplied: Supplied, threads: DeflateThreads): Promise<Coming['read']> {
  const { size, packing, inOrder } = supplied;
  const content = () => exactly(supplied.open(), size, 'a part');
  if (typeof packing !== 'string' && goesToThreads(supplied)) {
    await threads.add(content(), size, packing);
    return 'to be deflated';
  }
  return inOrder && size <= largestHeld ? collect(content(), size, 'a part') : undefined;
}

/** Whether threads deflate it, where there are any. */
export function goesToThreads({ size, packing }: Pick<Supplied, 'size' | 'packing'>): boolean {
  return typeof packing !== 'string' && size <= largestDeflated && threadsDeflate(packing);
}
