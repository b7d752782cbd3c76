import { peekU2 } from './class-cursor.ts';
import type { ConstantPool } from './constant-pool.ts';

/** Beginnings of texts are told apart by length and first byte; what is longer than any text here is none of them. */
const longest = 63;

/** Tells which of some ASCII texts a constant is, without making a string of it: class files have millions of them. */
export class NumberedTexts {
  readonly #texts: readonly Uint8Array[];
  /** By beginning: one more than the number of the first text that begins so, or 0. */
  readonly #first = new Uint8Array((longest + 1) << 8);
  /** By number: the same of the next one. */
  readonly #next: Uint8Array;

  /** @param texts fewer than 256, none empty or longer than 63 */
  constructor(texts: readonly string[]) {
    this.#texts = texts.map((text) => Buffer.from(text, 'latin1'));
    this.#next = new Uint8Array(texts.length);
    for (const [number, text] of this.#texts.entries()) {
      const beginning = beginningOf(text.length, text[0] as number);
      this.#next[number] = this.#first[beginning] as number;
      this.#first[beginning] = number + 1;
    }
  }

  /** @param index of a text; -1 for one that is none of these */
  numberOf({ bytes, offsets }: Pick<ConstantPool, 'bytes' | 'offsets'>, index: number): number {
    const offset = offsets[index] as number;
    const length = peekU2(bytes, offset);
    if (length > longest) return -1;
    let number = (this.#first[beginningOf(length, bytes[offset + 2] as number)] as number) - 1;
    while (number >= 0 && !isAt(this.#texts[number] as Uint8Array, bytes, offset + 2))
      number = (this.#next[number] as number) - 1;
    return number;
  }
}

function beginningOf(length: number, first: number): number {
  return (length << 8) | first;
}

function isAt(text: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 1; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}
