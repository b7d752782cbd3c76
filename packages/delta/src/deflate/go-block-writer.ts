import {
  distanceBases,
  distanceBits,
  distanceSymbol,
  distanceSymbols,
  endOfBlock,
  lengthBases,
  lengthBits,
  lengthSymbols,
  literalSymbols,
} from './deflate-symbols.ts';
import { bitsOf, codeLengths, type PrefixCode, prefixCode } from './prefix-code.ts';

/** A literal is a token below 512; a match is its distance times 512, and its length. */
const lengthMask = 511;

export function matchToken(length: number, distance: number): number {
  return distance * (lengthMask + 1) + length;
}

/**
 * Writes blocks of deflate as Go's compress/flate does: each in the form that has the fewest bits, of which stored wins against none that is as short, and fixed codes against dynamic
 * ones.
 */
export class GoBlockWriter {
  #output = new Uint8Array(1 << 17);
  #size = 0;
  #bits = 0;
  #bitCount = 0;
  readonly #literals = new Uint32Array(literalSymbols);
  readonly #distances = new Uint32Array(distanceSymbols);

  /** What was written since it was taken last, but for bits that do not fill a byte. Good until something is written again. */
  take(): Uint8Array {
    const taken = this.#output.subarray(0, this.#size);
    this.#size = 0;
    return taken;
  }

  reset(): void {
    this.#size = 0;
    this.#bits = 0;
    this.#bitCount = 0;
  }

  /** @param content that the tokens stand for; undefined where it is not at hand any more, or is too long to be stored */
  block(tokens: Uint32Array, content: Uint8Array | undefined): void {
    this.#count(tokens);
    const own = this.#ownCodes();
    const extra = this.#extraBits();
    const fixedSize =
      3 + bitsOf(this.#literals, fixedLiterals) + bitsOf(this.#distances, fixedDistances) + extra;
    const ownSize = this.#sizeOf(own) + extra;
    if (content !== undefined && (content.length + 5) * 8 < Math.min(fixedSize, ownSize)) {
      this.stored(content);
    } else if (ownSize < fixedSize) {
      this.#header(own);
      this.#tokens(tokens, own.literals, own.distances);
    } else {
      this.#put(2, 3);
      this.#tokens(tokens, fixedLiterals, fixedDistances);
    }
  }

  /** As Go's fastest level does: with codes of its own, or stored where these save less than a sixteenth. It leaves out of account what stands behind symbols. */
  ownOrStored(tokens: Uint32Array, content: Uint8Array): void {
    this.#count(tokens);
    const own = this.#ownCodes();
    const ownSize = this.#sizeOf(own);
    if ((content.length + 5) * 8 < ownSize + (ownSize >> 4)) {
      this.stored(content);
    } else {
      this.#header(own);
      this.#tokens(tokens, own.literals, own.distances);
    }
  }

  stored(content: Uint8Array, isLast = false): void {
    this.#put(isLast ? 1 : 0, 3);
    if (this.#bitCount > 0) this.#put(0, 8 - this.#bitCount);
    this.#put(content.length, 16);
    this.#put(~content.length & 0xffff, 16);
    this.#makeRoom(content.length);
    this.#output.set(content, this.#size);
    this.#size += content.length;
  }

  #count(tokens: Uint32Array): void {
    const literals = this.#literals.fill(0);
    const distances = this.#distances.fill(0);
    for (const token of tokens) {
      const symbol = token <= lengthMask ? token : (lengthSymbols[token & lengthMask] as number);
      literals[symbol] = (literals[symbol] as number) + 1;
      if (token <= lengthMask) continue;
      const distance = distanceSymbol(token >>> 9);
      distances[distance] = (distances[distance] as number) + 1;
    }
    literals[endOfBlock] = 1;
    // A code for distances must have one.
    if (distances.every((count) => count === 0)) distances[0] = 1;
  }

  #sizeOf({ headerSize, literals, distances }: OwnCodes): number {
    return headerSize + bitsOf(this.#literals, literals) + bitsOf(this.#distances, distances);
  }

  #extraBits(): number {
    return (
      bitsOf(this.#literals, { lengths: lengthBits }) + bitsOf(this.#distances, { lengths: distanceBits })
    );
  }

  #ownCodes(): OwnCodes {
    const literals = prefixCode(codeLengths(this.#literals, 15));
    const distances = prefixCode(codeLengths(this.#distances, 15));
    const counts = [usedOf(literals), usedOf(distances)] as const;
    const lengths = runs([
      ...literals.lengths.subarray(0, counts[0]),
      ...distances.lengths.subarray(0, counts[1]),
    ]);
    const frequencies = new Uint32Array(19);
    for (const { symbol } of lengths) frequencies[symbol] = (frequencies[symbol] ?? 0) + 1;
    const code = prefixCode(codeLengths(frequencies, 7));
    let codeCount = lengthOrder.length;
    while (codeCount > 4 && frequencies[lengthOrder[codeCount - 1] ?? 0] === 0) codeCount--;
    const headerSize =
      17 + 3 * codeCount + bitsOf(frequencies, code) + lengths.reduce((sum, { bits }) => sum + bits, 0);
    return { literals, distances, counts, lengths, code, codeCount, headerSize };
  }

  #header({ counts, lengths, code, codeCount }: OwnCodes): void {
    this.#put(4, 3);
    this.#put(counts[0] - 257, 5);
    this.#put(counts[1] - 1, 5);
    this.#put(codeCount - 4, 4);
    for (const symbol of lengthOrder.slice(0, codeCount)) this.#put(code.lengths[symbol] ?? 0, 3);
    for (const { symbol, more, bits } of lengths) {
      this.#put(code.codes[symbol] ?? 0, code.lengths[symbol] ?? 0);
      this.#put(more, bits);
    }
  }

  #tokens(tokens: Uint32Array, literals: PrefixCode, distances: PrefixCode): void {
    for (const token of tokens) {
      if (token <= lengthMask) {
        this.#put(literals.codes[token] as number, literals.lengths[token] as number);
        continue;
      }
      const length = token & lengthMask;
      const symbol = lengthSymbols[length] as number;
      this.#put(literals.codes[symbol] as number, literals.lengths[symbol] as number);
      this.#put(length - (lengthBases[symbol] as number), lengthBits[symbol] as number);
      const distance = token >>> 9;
      const far = distanceSymbol(distance);
      this.#put(distances.codes[far] as number, distances.lengths[far] as number);
      this.#put(distance - (distanceBases[far] as number), distanceBits[far] as number);
    }
    this.#put(literals.codes[endOfBlock] as number, literals.lengths[endOfBlock] as number);
  }

  /** At most 16 bits. */
  #put(bits: number, count: number): void {
    this.#bits |= bits << this.#bitCount;
    this.#bitCount += count;
    if (this.#bitCount < 8) return;
    this.#makeRoom(2);
    while (this.#bitCount >= 8) {
      this.#output[this.#size++] = this.#bits;
      this.#bits >>>= 8;
      this.#bitCount -= 8;
    }
  }

  #makeRoom(bytes: number): void {
    if (this.#size + bytes <= this.#output.length) return;
    const larger = new Uint8Array(2 * (this.#size + bytes));
    larger.set(this.#output.subarray(0, this.#size));
    this.#output = larger;
  }
}

/** Codes that a block has for itself, and how they are said. */
interface OwnCodes {
  readonly literals: PrefixCode;
  readonly distances: PrefixCode;
  readonly counts: readonly [number, number];
  readonly lengths: readonly LengthRun[];
  readonly code: PrefixCode;
  readonly codeCount: number;
  /** Bits. */
  readonly headerSize: number;
}

/** The order in which the lengths of the code for lengths stand. */
const lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function usedOf({ lengths }: PrefixCode): number {
  return lengths.findLastIndex((length) => length !== 0) + 1;
}

/** A length, or a repetition with more bits behind it. @see https://www.rfc-editor.org/rfc/rfc1951#section-3.2.7 */
interface LengthRun {
  readonly symbol: number;
  readonly more: number;
  readonly bits: number;
}

/** Each run as few repetitions as can be, the longest first. */
function runs(lengths: readonly number[]): LengthRun[] {
  const result: LengthRun[] = [];
  for (let at = 0; at < lengths.length; ) {
    const length = lengths[at] ?? 0;
    let count = 1;
    while (lengths[at + count] === length) count++;
    at += count;
    if (length !== 0) {
      result.push({ symbol: length, more: 0, bits: 0 });
      count--;
    }
    while (length === 0 && count >= 11) {
      const repeated = Math.min(count, 138);
      result.push({ symbol: 18, more: repeated - 11, bits: 7 });
      count -= repeated;
    }
    const most = length === 0 ? 10 : 6;
    while (count >= 3) {
      const repeated = Math.min(count, most);
      result.push(
        length === 0
          ? { symbol: 17, more: repeated - 3, bits: 3 }
          : { symbol: 16, more: repeated - 3, bits: 2 },
      );
      count -= repeated;
    }
    for (; count > 0; count--) result.push({ symbol: length, more: 0, bits: 0 });
  }
  return result;
}

const fixedLiterals = prefixCode(
  Uint8Array.from({ length: 288 }, (_, symbol) =>
    symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
  ),
);
const fixedDistances = prefixCode(new Uint8Array(32).fill(5));
