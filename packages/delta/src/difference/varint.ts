import { deltaInvalid } from './delta-invalid.ts';

/** Bytes of the longest varint: 56 bits, of which 53 are used. */
const longest = 8;

/** Writes unsigned safe integers as LEB128: seven bits in each byte, the lowest first; the high bit says that more follow. */
export class VarintWriter {
  #bytes = new Uint8Array(64);
  #length = 0;

  add(value: number): void {
    let rest = value;
    this.#reserve(longest);
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** A number of either sign, folded: 0, -1, 1, -2, ... as 0, 1, 2, 3, ... */
  addSigned(value: number): void {
    this.add(value < 0 ? -2 * value - 1 : 2 * value);
  }

  addByte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Reads what {@link VarintWriter} writes. Whatever is not there, or too large, is DELTA_INVALID. */
export class VarintReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #at = 0;

  /** @param what names the bytes in messages */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  next(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < longest; i++) {
      const byte = this.nextByte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return this.#safe(value);
      scale *= 0x80;
    }
    throw deltaInvalid(`${this.#what} hold a number of more than ${longest} bytes`);
  }

  nextSigned(): number {
    const folded = this.next();
    return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
  }

  nextByte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw deltaInvalid(`${this.#what} end too early`);
    this.#at++;
    return byte;
  }

  /** The next `length` bytes, as a view. */
  take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw deltaInvalid(`${this.#what} end too early`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** @throws DELTA_INVALID unless everything was read */
  end(): void {
    if (!this.atEnd)
      throw deltaInvalid(`${this.#what} are not used up: ${this.#bytes.length - this.#at} bytes are left`);
  }

  #safe(value: number): number {
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    throw deltaInvalid(`${this.#what} hold ${value}, and no more than 2^53 - 1 is ever needed`);
  }
}
