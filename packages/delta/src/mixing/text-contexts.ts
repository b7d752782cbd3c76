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

  pass(byte: number): void {
    const word = wordAfter(this.#word, byte);
    if (word === 0 && this.#word !== 0) this.#wordBefore = this.#word;
    this.#word = word;
  }
}

/** A word, which is of ASCII letters, with one byte more; 0 outside of words. */
export function wordAfter(word: number, byte: number): number {
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x7a ? hashed(word, byte) : 0;
}

/** Bytes in which the beginning of a word is looked for. */
const longestWord = 24;

/** The word that ends before `at`. */
export function wordBefore(bytes: Uint8Array, at: number): number {
  let word = 0;
  for (let i = Math.max(0, at - longestWord); i < at; i++) word = wordAfter(word, bytes[i] as number);
  return word;
}
