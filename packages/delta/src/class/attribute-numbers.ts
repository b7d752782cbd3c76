import { attributeNames, attributeTexts } from './class-body.ts';
import { type ConstantPool, constantTag } from './constant-pool.ts';
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
      if (pool.tags[index] !== constantTag.utf8) continue;
      const number = attributeTexts.numberOf(pool, index);
      if (number >= 0) this.#indexes[number] = index;
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
