import { type RandomAccess, SpareArrays } from '@block-pack/core';

const windowSize = 1 << 20;

/** Reads in large steps what is asked for in small ones, from front to back. A read that goes over a step is given as it is. */
export function readAhead(source: RandomAccess): RandomAccess {
  let start = 0;
  let step: Uint8Array = new Uint8Array();
  return {
    size: source.size,
    async read(offset, length, room) {
      if (length > windowSize / 4) return await source.read(offset, length, room);
      if (offset < start || offset + length > start + step.length) {
        start = offset;
        step = await source.read(offset, Math.max(length, Math.min(windowSize, source.size - offset)));
      }
      return step.subarray(offset - start, offset - start + length);
    },
  };
}

const windows = new SpareArrays(windowSize, 4);

/** A window of what can be read anywhere: small things are read in it where they lie, since to await each and to have it in an array takes longer. To be closed in any case. */
export class ReadWindow {
  readonly #source: RandomAccess;
  readonly #room = windows.take();
  #start = 0;
  /** Good until the window is moved. */
  bytes: Buffer = Buffer.alloc(0);
  /** The same bytes. */
  view = new DataView(this.bytes.buffer, 0, 0);

  constructor(source: RandomAccess) {
    this.#source = source;
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
    const wanted = Math.max(length, Math.min(windowSize, this.#source.size - offset));
    const { buffer, byteOffset } = await this.#source.read(offset, wanted, this.#room);
    this.bytes = Buffer.from(buffer, byteOffset, wanted);
    this.view = new DataView(buffer, byteOffset, wanted);
    this.#start = offset;
  }

  close(): void {
    windows.give(this.#room);
  }
}

/** A part of something that can be read anywhere. */
export function slice(source: RandomAccess, offset: number, size: number): RandomAccess {
  return { size, read: (at, length, room) => source.read(offset + at, length, room) };
}
