import { deltaInvalid } from '../difference/delta-invalid.ts';

/** Goes through the bytes of a class file, big-endian as it is; whatever leads behind their end is refused. */
export class ClassCursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  u1(): number {
    const at = this.#step(1);
    return this.bytes[at] as number;
  }

  u2(): number {
    const at = this.#step(2);
    return peekU2(this.bytes, at);
  }

  u4(): number {
    const at = this.#step(4);
    return peekU4(this.bytes, at);
  }

  skip(length: number): void {
    this.#step(length);
  }

  #step(length: number): number {
    const at = this.at;
    if (length > this.end - at) throw deltaInvalid('a class file ends too early');
    this.at = at + length;
    return at;
  }
}

export function peekU2(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

export function peekU4(bytes: Uint8Array, at: number): number {
  return peekU2(bytes, at) * 0x10000 + peekU2(bytes, at + 2);
}

export function pokeU2(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function pokeU4(bytes: Uint8Array, at: number, value: number): void {
  pokeU2(bytes, at, value >>> 16);
  pokeU2(bytes, at + 2, value & 0xffff);
}
