import type { NewArchive, NewBlock } from './open-archive.ts';

/** Bytes of blocks that are opened before somebody asks for them: of jars, about as many as make a section. */
const openedAhead = 16 << 20;

/** Archives that are opened in their order, as far as they are asked for and some more: while other threads pack, there is time for it. */
export class OpenedArchives {
  /** All of them, when the last one is opened. */
  readonly all: Promise<readonly NewArchive[]>;
  readonly #blocks: readonly NewBlock[];
  readonly #open: (block: NewBlock) => Promise<NewArchive>;
  readonly #opened: Promise<NewArchive>[] = [];
  /** Bytes of those that are, or will be, opened. */
  #begun = 0;
  #areAllBegun = false;
  #lastOpened: (all: Promise<NewArchive[]>) => void = () => {};
  #isClosed = false;

  constructor(blocks: readonly NewBlock[], open: (block: NewBlock) => Promise<NewArchive>) {
    this.#blocks = blocks;
    this.#open = open;
    this.all = new Promise((resolve) => {
      this.#lastOpened = resolve;
    });
    // Whoever waits for one of them is told.
    this.all.catch(() => {});
    this.#beginUpTo(0);
  }

  /** One after the other. */
  async *inOrder(): AsyncGenerator<NewArchive> {
    let given = 0;
    for (const [at, { content }] of this.#blocks.entries()) {
      this.#beginUpTo(given + openedAhead);
      const one = this.#opened[at];
      if (one === undefined) throw new RangeError(`nobody opened archive ${at}`);
      yield await one;
      given += content.size;
    }
  }

  /** Does not wait until somebody asks for them. */
  openAll(): void {
    this.#beginUpTo(Number.POSITIVE_INFINITY);
  }

  /** Opens no more, and waits for the one that is being opened. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#opened);
  }

  /** The one at which so many bytes end is the last. */
  #beginUpTo(bytes: number): void {
    if (this.#areAllBegun) return;
    const next = () => this.#blocks[this.#opened.length];
    for (let block = next(); block !== undefined; block = next()) {
      if (this.#begun > bytes) return;
      this.#begin(block);
    }
    this.#areAllBegun = true;
    this.#lastOpened(Promise.all(this.#opened));
  }

  #begin(block: NewBlock): void {
    this.#begun += block.content.size;
    const one = this.#openBehind(this.#opened.at(-1), block);
    // Those behind it fail as it does.
    one.catch(() => {});
    this.#opened.push(one);
  }

  async #openBehind(before: Promise<NewArchive> | undefined, block: NewBlock): Promise<NewArchive> {
    await before;
    if (this.#isClosed) throw new Error('nobody needs it any more');
    return this.#open(block);
  }
}
