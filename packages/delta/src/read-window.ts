import { type RandomAccess, SpareArrays } from '@block-pack/core';

const windowSize = 1 << 20;

const windows = new SpareArrays(windowSize, 4);

/** A window of what can be read anywhere: small things are read in it where they lie, since to await each and to have it in an array takes longer. To be closed in any case. */
export class ReadWindow {
  readonly source: RandomAccess;
  readonly #step: number;
  readonly #room = windows.take();
  #start = 0;
  /** Good until the window is moved. */
  bytes: Buffer = Buffer.alloc(0);
  /** The same bytes. */
  view = new DataView(this.bytes.buffer, 0, 0);

  /** @param step bytes that are read at once, unless more are needed; a window has 1 MiB at most */
  constructor(source: RandomAccess, step = windowSize) {
    this.source = source;
    this.#step = step;
  }

  holds(offset: number, length: number): boolean {
    return offset >= this.#start && offset + length <= this.#start + this.bytes.length;
  }

  /** Where in {@link bytes} something is that it holds. */
  place(offset: number): number {
    return offset - this.#start;
  }

  /** Begins the window at an offset. @param length bytes that it must hold at least: not beyond the source, and no more than a window has */
  async move(offset: number, length: number): Promise<void> {
    if (length > windowSize) throw new RangeError(`a window has no ${length} bytes`);
    const wanted = Math.max(length, Math.min(this.#step, this.source.size - offset));
    const { buffer, byteOffset } = await this.source.read(offset, wanted, this.#room);
    this.bytes = Buffer.from(buffer, byteOffset, wanted);
    this.view = new DataView(buffer, byteOffset, wanted);
    this.#start = offset;
  }

  close(): void {
    windows.give(this.#room);
  }
}
