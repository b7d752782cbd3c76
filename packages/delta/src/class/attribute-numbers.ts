import { attributeNames } from './class-body.ts';
import { peekU2 } from './class-cursor.ts';
import { type ConstantPool, constantTag, textOf } from './constant-pool.ts';
import type { RankedConstants } from './ranked-constants.ts';
import { kinds } from './typed-streams.ts';

/** Names of attributes: those that are known have the same number in all class files, wherever the text stands among the constants. */
export class AttributeNumbers {
  readonly #ranks: RankedConstants;
  /** Of the first text that is this name, by number. */
  readonly #indexes: Uint16Array;

  constructor(pool: ConstantPool, ranks: RankedConstants) {
    this.#ranks = ranks;
    this.#indexes = new Uint16Array(attributeNames.length);
    for (let index = pool.count - 1; index > 0; index--) {
      const number = pool.tags[index] === constantTag.utf8 ? numberOf(pool, index) : undefined;
      if (number !== undefined) this.#indexes[number] = index;
    }
  }

  write(index: number): number {
    const number = this.#indexes.indexOf(index);
    if (index === 0 || number < 0)
      return attributeNames.length + this.#ranks.write(kinds.attributeNames, index);
    this.#ranks.name(index);
    return number;
  }

  /** @throws DELTA_INVALID */
  read(number: number): number {
    const known = this.#indexes[number];
    if (known === undefined) return this.#ranks.read(kinds.attributeNames, number - attributeNames.length);
    if (known !== 0) this.#ranks.name(known);
    return known;
  }
}

const numbers = new Map(attributeNames.map((name, number) => [name, number]));

/** Lengths and first letters of names. Few texts have both of one: the others are not made strings of. */
const beginnings = new Set(attributeNames.map((name) => beginning(name.length, name.charCodeAt(0))));

function beginning(length: number, first: number): number {
  return length * 0x100 + first;
}

function numberOf(pool: ConstantPool, index: number): number | undefined {
  const offset = pool.offsets[index] as number;
  const start = beginning(peekU2(pool.bytes, offset), pool.bytes[offset + 2] as number);
  return beginnings.has(start) ? numbers.get(textOf(pool, index)) : undefined;
}
