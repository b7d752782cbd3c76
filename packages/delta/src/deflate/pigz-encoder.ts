import { ZlibEncoder } from './zlib-encoder.ts';

const blockSize = 1 << 17;
const knownSize = 1 << 15;

/**
 * Deflates as pigz does, with however many threads: blocks of 128 KiB, each by zlib with the end of the block before as its dictionary, brought to a whole byte by empty blocks.
 * @see https://github.com/madler/pigz
 */
export class PigzEncoder {
  readonly #zlib = new ZlibEncoder();
  readonly #block = new Uint8Array(blockSize);
  #level = 0;
  #size = 0;

  /** What was not finished is forgotten. */
  begin({ level }: { readonly level: number }): void {
    this.#level = level;
    this.#size = 0;
    this.#beginBlock();
  }

  *write(chunk: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < chunk.length; ) {
      // The last block is another one than those before it: a full one waits until something follows.
      if (this.#size === blockSize) yield* this.#writeBlock();
      const taken = chunk.subarray(at, at + blockSize - this.#size);
      this.#block.set(taken, this.#size);
      this.#size += taken.length;
      at += taken.length;
    }
  }

  *finish(): Generator<Uint8Array> {
    yield* this.#zlib.write(this.#block.subarray(0, this.#size));
    yield* this.#zlib.finish();
  }

  *#writeBlock(): Generator<Uint8Array> {
    yield* this.#zlib.write(this.#block);
    yield* this.#zlib.pause();
    this.#beginBlock(this.#block.subarray(-knownSize));
    this.#size = 0;
  }

  #beginBlock(known?: Uint8Array): void {
    this.#zlib.begin({ encoder: 'pigz', level: this.#level, memLevel: 8 }, known);
  }
}
