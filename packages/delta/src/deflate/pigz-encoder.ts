import {
  Z_BLOCK,
  Z_DEFAULT_STRATEGY,
  Z_FINISH,
  Z_SYNC_FLUSH,
  ZStream,
  zlibDeflate,
  zlibDeflateInit2,
  zlibDeflateReset,
  zlibDeflateSetDictionary,
} from 'pako';

const blockSize = 1 << 17;
const dictionarySize = 1 << 15;
const outputStep = 1 << 14;
const rawWindow = -15;
const deflateMethod = 8;
const memLevel = 8;
const nothing = new Uint8Array();

/** What pako has not written yet: bits that do not fill a byte, and sometimes one byte more. */
interface WaitingBits {
  readonly bi_buf: number;
  readonly bi_valid: number;
}

/**
 * Deflates as pigz does, with however many threads: blocks of 128 KiB, each by zlib with the end of the block before as its dictionary, brought to a whole byte by empty blocks.
 * @see https://github.com/madler/pigz
 */
export class PigzEncoder {
  readonly code: number;
  readonly #stream = new ZStream();
  readonly #output = new Uint8Array(outputStep);
  readonly #block = new Uint8Array(blockSize);
  #size = 0;

  constructor(level: number, code: number) {
    this.code = code;
    zlibDeflateInit2(this.#stream, level, deflateMethod, rawWindow, memLevel, Z_DEFAULT_STRATEGY, true);
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
    yield* this.#run(this.#block.subarray(0, this.#size), Z_FINISH);
  }

  reset(): void {
    zlibDeflateReset(this.#stream);
    this.#stream.input = nothing;
    this.#size = 0;
  }

  *#writeBlock(): Generator<Uint8Array> {
    yield* this.#run(this.#block, Z_BLOCK);
    const { bi_buf, bi_valid }: WaitingBits = this.#stream.state;
    if (bi_valid % 2 === 1) yield* this.#run(nothing, Z_SYNC_FLUSH);
    else if (bi_valid > 0) yield filled(bi_buf, bi_valid);
    zlibDeflateReset(this.#stream);
    zlibDeflateSetDictionary(this.#stream, this.#block.slice(-dictionarySize));
    this.#size = 0;
  }

  *#run(
    input: Uint8Array,
    flush: typeof Z_BLOCK | typeof Z_SYNC_FLUSH | typeof Z_FINISH,
  ): Generator<Uint8Array> {
    const stream = this.#stream;
    stream.input = input;
    stream.next_in = 0;
    stream.avail_in = input.length;
    do {
      stream.output = this.#output;
      stream.next_out = 0;
      stream.avail_out = outputStep;
      zlibDeflate(stream, flush);
      if (stream.next_out > 0) yield this.#output.subarray(0, stream.next_out);
      // Output that ends inside of its room is all that there is for now.
    } while (stream.avail_out === 0);
  }
}

/** These bits, and behind them as many empty blocks with fixed codes (ten bits, 2 as a number) as it takes to fill a byte. */
function filled(bits: number, count: number): Uint8Array {
  let value = bits;
  let size = count;
  for (; size % 8 !== 0; size += 10) value += 2 * 2 ** size;
  return Uint8Array.from({ length: size / 8 }, (_, at) => Math.floor(value / 256 ** at));
}
