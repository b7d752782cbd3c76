/** A prefix code: for each symbol its bits, the first of them lowest, as deflate writes them, and how many they are. */
export interface PrefixCode {
  readonly codes: Uint16Array;
  readonly lengths: Uint8Array;
}

/**
 * How long each symbol's code is in a code that is as short as can be while none has more than `most` bits. Of several such codes it is the one that package-merge gives where a
 * package goes before a symbol of the same weight.
 * @see https://en.wikipedia.org/wiki/Package-merge_algorithm
 */
export function codeLengths(frequencies: Uint32Array, most: number): Uint8Array {
  const lengths = new Uint8Array(frequencies.length);
  const used = [...frequencies.keys()].filter((symbol) => frequencies[symbol] !== 0);
  if (used.length <= 2) {
    for (const symbol of used) lengths[symbol] = 1;
    return lengths;
  }
  used.sort((a, b) => (frequencies[a] ?? 0) - (frequencies[b] ?? 0) || a - b);
  const weights = used.map((symbol) => frequencies[symbol] ?? 0);
  const rows = packageRows(weights, Math.min(most, used.length - 1));
  // Of the last row, two items for each symbol but one are taken; every package among them takes two of the row before.
  let taken = 2 * used.length - 2;
  for (const row of rows.reverse()) {
    const symbols = row.symbolsBefore[taken] ?? 0;
    for (const symbol of used.slice(0, symbols)) lengths[symbol] = (lengths[symbol] ?? 0) + 1;
    taken = 2 * (taken - symbols);
  }
  return lengths;
}

interface Row {
  readonly weights: readonly number[];
  /** For each number of items, how many of them are symbols: the lightest ones. */
  readonly symbolsBefore: readonly number[];
}

/** Each row has the symbols, and packages of two items of the row before, by weight. */
function packageRows(weights: readonly number[], count: number): Row[] {
  const rows: Row[] = [];
  let packages: readonly number[] = [];
  for (let i = 0; i < count; i++) {
    const row = merged(weights, packages);
    rows.push(row);
    packages = Array.from(
      { length: row.weights.length >> 1 },
      (_, at) => (row.weights[2 * at] ?? 0) + (row.weights[2 * at + 1] ?? 0),
    );
  }
  return rows;
}

function merged(symbols: readonly number[], packages: readonly number[]): Row {
  const weights: number[] = [];
  const symbolsBefore = [0];
  let symbol = 0;
  for (let other = 0; symbol < symbols.length || other < packages.length; ) {
    const light = symbols[symbol] ?? Number.POSITIVE_INFINITY;
    const heavy = packages[other] ?? Number.POSITIVE_INFINITY;
    if (light < heavy) symbol++;
    else other++;
    weights.push(Math.min(light, heavy));
    symbolsBefore.push(symbol);
  }
  return { weights, symbolsBefore };
}

/** @see https://www.rfc-editor.org/rfc/rfc1951#section-3.2.2 */
export function prefixCode(lengths: Uint8Array): PrefixCode {
  const codes = new Uint16Array(lengths.length);
  let next = 0;
  for (let length = 1; length <= 15; length++) {
    next <<= 1;
    for (const [symbol, own] of lengths.entries())
      if (own === length) codes[symbol] = reversed(next++, length);
  }
  return { codes, lengths };
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let i = 0; i < length; i++) result |= ((code >> i) & 1) << (length - 1 - i);
  return result;
}

/** Bits that all symbols have together. */
export function bitsOf(frequencies: Uint32Array, { lengths }: { readonly lengths: Uint8Array }): number {
  return frequencies.reduce((sum, frequency, symbol) => sum + frequency * (lengths[symbol] ?? 0), 0);
}
