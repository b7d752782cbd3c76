import { hashed } from './hashed.ts';

/** Sets contexts 0 to 4: the last one to five bytes before `at`. */
export function setLastBytes(around: Int32Array, bytes: Uint8Array, at: number): void {
  const [one, two, three] = [byteAt(bytes, at - 1), byteAt(bytes, at - 2), byteAt(bytes, at - 3)];
  const [four, five] = [byteAt(bytes, at - 4), byteAt(bytes, at - 5)];
  around[0] = one;
  around[1] = one | (two << 8);
  around[2] = one | (two << 8) | (three << 16);
  around[3] = one | (two << 8) | (three << 16) | (four << 24);
  around[4] = hashed(around[3], five);
}

export function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

/** What a byte of text may depend on: those before it, the word and the word before that. */
export class TextContexts {
  static readonly count = 9;
  readonly #bytes: Uint8Array;
  #word = 0;
  #wordBefore = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  set(around: Int32Array, at: number, expected: number, run: number): void {
    setLastBytes(around, this.#bytes, at);
    around[5] = this.#word;
    around[6] = hashed(expected, Math.min(run, 15));
    around[7] = hashed(this.#word, this.#wordBefore);
    around[8] = 0;
  }

  /** Words are of ASCII letters. */
  pass(byte: number): void {
    const letter = byte | 0x20;
    if (letter >= 0x61 && letter <= 0x7a) {
      this.#word = hashed(this.#word, byte);
      return;
    }
    if (this.#word !== 0) this.#wordBefore = this.#word;
    this.#word = 0;
  }
}
