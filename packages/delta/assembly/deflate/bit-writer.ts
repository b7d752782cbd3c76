import {
  distanceBases,
  distanceExtras,
  distanceSymbol,
  firstLength,
  lengthBases,
  lengthSymbolTable,
  literalExtras,
} from './symbols';

/** Room for what is written at once: 2^15 symbols that waited and 2^16 bytes. A match takes 31 bits at most, and stands for three bytes at least. */
export const output = memory.data(262144, 8);
let end: usize = output;
/** Bits that do not fill a byte yet. */
let waiting: u64 = 0;
let waitingCount: u32 = 0;

export function resetBits(): void {
  end = output;
  waiting = 0;
  waitingCount = 0;
}

/** @returns bytes that lie in `output` until something else is written */
export function takeOutput(): u32 {
  const size = (end - output) as u32;
  end = output;
  return size;
}

/** @param count at most 32 */
export function putBits(value: u32, count: u32): void {
  waiting |= (value as u64) << waitingCount;
  waitingCount += count;
  store<u64>(end, waiting);
  end += waitingCount >> 3;
  waiting >>= waitingCount & ~7;
  waitingCount &= 7;
}

/** @param code length << 16 | code */
export function putCode(code: u32): void {
  putBits(code & 0xffff, code >> 16);
}

/** Fills the last byte with zeros. */
export function alignBits(): void {
  if (waitingCount > 0) putBits(0, 8 - waitingCount);
}

/** Fills the last byte with empty blocks: with fixed codes, ten bits each, or where that never fits, one that is stored. */
export function alignByBlocks(): void {
  if ((waitingCount & 1) !== 0) {
    putBits(0, 3);
    alignBits();
    putBits(0xffff0000, 32);
  }
  while (waitingCount !== 0) putBits(2, 10);
}

/** To be aligned before. */
export function putBytes(from: usize, size: u32): void {
  memory.copy(end, from, size);
  end += size;
}

/**
 * Symbols of a block.
 * @param from until `to`: distance << 8 | length - 3, or without a distance the literal; 32 bits each
 */
export function putSymbols(from: usize, to: usize, literalCodes: usize, distanceCodes: usize): void {
  // Copies, which lie in registers.
  let bits = waiting;
  let count = waitingCount;
  let at = end;
  for (let next = from; next < to; next += 4) {
    const symbol = load<u32>(next);
    const low = symbol & 0xff;
    const distance = symbol >> 8;
    if (distance === 0) {
      const code = load<u32>(literalCodes + 4 * low);
      bits |= ((code & 0xffff) as u64) << count;
      count += code >> 16;
    } else {
      const length: u32 = load<u8>(lengthSymbolTable + low);
      let code = load<u32>(literalCodes + 4 * (firstLength + length));
      bits |= ((code & 0xffff) as u64) << count;
      count += code >> 16;
      bits |= ((low - load<u16>(lengthBases + 2 * length)) as u64) << count;
      count += load<u8>(literalExtras + firstLength + length);
      const far = distanceSymbol(distance - 1);
      code = load<u32>(distanceCodes + 4 * far);
      bits |= ((code & 0xffff) as u64) << count;
      count += code >> 16;
      bits |= ((distance - 1 - load<u16>(distanceBases + 2 * far)) as u64) << count;
      count += load<u8>(distanceExtras + far);
    }
    // 7 bits and one match of 48 at most: they fit.
    store<u64>(at, bits);
    at += count >> 3;
    bits >>= count & ~7;
    count &= 7;
  }
  waiting = bits;
  waitingCount = count;
  end = at;
}
