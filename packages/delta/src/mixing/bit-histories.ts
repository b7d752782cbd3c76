import { hashed } from './hashed.ts';

/** What four bits can be begun with: 1, 2 to 3, 4 to 7, 8 to 15. The first byte of a slot tells whose it is. */
const slotLength = 16;

/**
 * What came after contexts, for each bit of a half byte: how many zeros and ones, at most fifteen, of which the other ones are forgotten
 * when one comes. A context has a slot of its own until another one needs the place.
 */
export class BitHistories {
  /** Zeros in the high half of a byte, ones in the low one; 0 where nothing came yet. */
  readonly bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #mask: number;

  /** @param bits of the length of the table, at least 5 */
  constructor(bits: number) {
    this.bytes = new Uint8Array(1 << bits);
    this.#words = new Int32Array(this.bytes.buffer);
    this.#mask = (1 << bits) - 1;
  }

  /** The place of a context's slot. Of two places the one that is less used is taken from its owner. */
  slotOf(context: number): number {
    const owner = ((context >>> 24) ^ Math.imul(context & 15, 17)) | 1;
    const first = (context >>> 4) & this.#mask & -slotLength;
    if (this.bytes[first] === owner) return first;
    const other = first ^ slotLength;
    if (this.bytes[other] === owner) return other;
    const taken = this.#useOf(other) < this.#useOf(first) ? other : first;
    for (let word = taken >> 2; word < (taken + slotLength) >> 2; word++) this.#words[word] = 0;
    this.bytes[taken] = owner;
    return taken;
  }

  #useOf(slot: number): number {
    const first = this.bytes[slot + 1] as number;
    return (first & 15) + (first >> 4);
  }
}

/** A context's second slot of a byte, when its first four bits are known. */
export function secondHalf(context: number, begun: number): number {
  return hashed(context, begun + 1000);
}

/** By history: what it becomes when a bit comes. */
export const afterOne = Uint8Array.from({ length: 256 }, (_, history) => {
  const [zeros, ones] = [history >> 4, history & 15];
  return (forgotten(zeros) << 4) | Math.min(ones + 1, 15);
});

export const afterZero = Uint8Array.from({ length: 256 }, (_, history) => {
  const [zeros, ones] = [history >> 4, history & 15];
  return (Math.min(zeros + 1, 15) << 4) | forgotten(ones);
});

function forgotten(times: number): number {
  return times > 2 ? (times >> 1) + 1 : times;
}
