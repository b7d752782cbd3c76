import { copyBytes } from './copy-bytes.ts';

/** Bytes of the longest varint: 56 bits, of which 53 are used. */
const longest = 8;

/** Room for more that is made at once: a stream may have 64 MiB. */
const mostSpare = 4 << 20;

/** Writes unsigned safe integers as LEB128: seven bits in each byte, the lowest first; the high bit says that more follow. */
export class VarintWriter {
  #bytes: Uint8Array;
  #length = 0;

  /** @param room for so many bytes at first; it grows */
  constructor(room = 64) {
    this.#bytes = new Uint8Array(room);
  }

  add(value: number): void {
    let rest = value;
    this.#reserve(longest);
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** A number of either sign, {@link folded}. */
  addSigned(value: number): void {
    this.add(folded(value));
  }

  addByte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** The high byte, then the low one. */
  addTwo(value: number): void {
    this.#reserve(2);
    this.#bytes[this.#length++] = value >>> 8;
    this.#bytes[this.#length++] = value;
  }

  /** Those from `start` on that are before `end`. */
  addBytes(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.#reserve(end - start);
    copyBytes(bytes, start, end, this.#bytes, this.#length);
    this.#length += end - start;
  }

  get length(): number {
    return this.#length;
  }

  /** What was written, from a place on; a view. */
  bytes(from = 0): Uint8Array {
    return this.#bytes.subarray(from, this.#length);
  }

  /** Takes back what was written behind the first `length` bytes. */
  cut(length: number): void {
    this.#length = Math.min(length, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const needed = this.#length + count;
    const larger = new Uint8Array(needed + Math.min(needed, mostSpare));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Reads what {@link VarintWriter} writes, and refuses what is not there or is too large. */
export class VarintReader {
  readonly bytes: Uint8Array;
  readonly #what: string;
  readonly #invalid: (flaw: string) => Error;
  #asBuffer: Buffer | undefined;
  #at = 0;

  /**
   * @param what names the bytes in messages
   * @param invalid makes the error for what is wrong with them
   */
  constructor(bytes: Uint8Array, what: string, invalid: (flaw: string) => Error) {
    this.bytes = bytes;
    this.#what = what;
    this.#invalid = invalid;
  }

  get left(): number {
    return this.bytes.length - this.#at;
  }

  get atEnd(): boolean {
    return this.left === 0;
  }

  next(): number {
    const first = this.nextByte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    let scale = 0x80;
    for (let i = 1; i < longest; i++) {
      const byte = this.nextByte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return this.#safe(value);
      scale *= 0x80;
    }
    throw this.#invalid(`${this.#what} hold a number of more than ${longest} bytes`);
  }

  nextSigned(): number {
    return unfolded(this.next());
  }

  nextByte(): number {
    const byte = this.bytes[this.#at];
    if (byte === undefined) throw this.#invalid(`${this.#what} end too early`);
    this.#at++;
    return byte;
  }

  /** The next `length` bytes, as a view. */
  take(length: number): Uint8Array {
    if (length > this.left) throw this.#invalid(`${this.#what} end too early`);
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }

  /** The next `length` bytes as a text, a character for each. */
  takeText(length: number): string {
    if (length > this.left) throw this.#invalid(`${this.#what} end too early`);
    const { buffer, byteOffset } = this.bytes;
    this.#asBuffer ??= Buffer.from(buffer, byteOffset, this.bytes.length);
    this.#at += length;
    return this.#asBuffer.toString('latin1', this.#at - length, this.#at);
  }

  /** The bytes before the next one that is `last`, as a view, and passes that one. */
  takeUntil(last: number): Uint8Array {
    const start = this.#at;
    return this.bytes.subarray(start, this.passUntil(last));
  }

  /** Passes the next byte that is `last`, and returns its position among all bytes. */
  passUntil(last: number): number {
    const end = this.bytes.indexOf(last, this.#at);
    if (end < 0) throw this.#invalid(`${this.#what} end too early`);
    this.#at = end + 1;
    return end;
  }

  /** Refuses what was not read. */
  end(): void {
    if (!this.atEnd) throw this.#invalid(`${this.#what} are not used up: ${this.left} bytes are left`);
  }

  #safe(value: number): number {
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    throw this.#invalid(`${this.#what} hold ${value}, and no more than 2^53 - 1 is ever needed`);
  }
}

/** Numbers of either sign without one: 0, -1, 1, -2, ... as 0, 1, 2, 3, ... */
export function folded(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

/** Undoes {@link folded}. */
export function unfolded(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
