import { deltaInvalid } from '../difference/delta-invalid.ts';
import { VarintWriter } from '../varint.ts';

/** Codes bits one way or the other, so that a model serves both directions. */
export interface BitCoder {
  /**
   * The bit that is coded: `bit` where it is written, what was written where it is read.
   * @param one how likely it is 1, in 2^16ths, 1 to 65535
   */
  code(bit: number, one: number): number;
}

/** The numbers from `low` to `high`, 32 bits each, are what the bytes behind those written may begin with. */
export class BitEncoder implements BitCoder {
  readonly #to = new VarintWriter();
  #low = 0;
  #high = 0xffffffff;

  code(bit: number, one: number): number {
    const middle = middleOf(this.#low, this.#high, one);
    if (bit === 1) this.#high = middle;
    else this.#low = middle + 1;
    while (((this.#low ^ this.#high) & 0xff000000) === 0) {
      this.#to.addByte(this.#high >>> 24);
      this.#low = (this.#low << 8) >>> 0;
      this.#high = ((this.#high << 8) | 0xff) >>> 0;
    }
    return bit;
  }

  /** What was written, and nothing can be behind. */
  end(): Uint8Array {
    for (let shift = 24; shift >= 0; shift -= 8) this.#to.addByte((this.#low >>> shift) & 0xff);
    return this.#to.bytes();
  }
}

export class BitDecoder implements BitCoder {
  readonly #bytes: Uint8Array;
  #at = 0;
  #low = 0;
  #high = 0xffffffff;
  #code = 0;

  /** @throws DELTA_INVALID for fewer than four bytes */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    for (let i = 0; i < 4; i++) this.#code = this.#shifted(this.#code);
  }

  /** @throws DELTA_INVALID when its bytes are used up */
  code(_bit: number, one: number): number {
    const middle = middleOf(this.#low, this.#high, one);
    const bit = this.#code <= middle ? 1 : 0;
    if (bit === 1) this.#high = middle;
    else this.#low = middle + 1;
    while (((this.#low ^ this.#high) & 0xff000000) === 0) {
      this.#low = (this.#low << 8) >>> 0;
      this.#high = ((this.#high << 8) | 0xff) >>> 0;
      this.#code = this.#shifted(this.#code);
    }
    return bit;
  }

  /** @throws DELTA_INVALID if bytes are left */
  end(): void {
    if (this.#at !== this.#bytes.length) throw deltaInvalid('mixed streams end before their bytes do');
  }

  #shifted(code: number): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw deltaInvalid('mixed streams end too early');
    return ((code << 8) | byte) >>> 0;
  }
}

function middleOf(low: number, high: number, one: number): number {
  const range = high - low;
  return (low + Math.imul(range >>> 16, one) + (Math.imul(range & 0xffff, one) >>> 16)) >>> 0;
}
