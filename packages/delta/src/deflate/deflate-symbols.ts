/** Symbols of deflate. @see https://www.rfc-editor.org/rfc/rfc1951#section-3.2.5 */
export const endOfBlock = 256;
const firstLength = 257;
export const literalSymbols = 286;
export const distanceSymbols = 30;

/** By length: its symbol. */
export const lengthSymbols = new Uint16Array(259);
/** By symbol: bits that follow it, and the smallest length or distance that it stands for. */
export const lengthBits = new Uint8Array(literalSymbols);
export const lengthBases = new Uint16Array(literalSymbols);
export const distanceBits = new Uint8Array(distanceSymbols);
export const distanceBases = new Uint16Array(distanceSymbols);

for (let symbol = firstLength, length = 3; symbol < literalSymbols; symbol++) {
  const step = symbol - firstLength;
  const bits = step < 8 ? 0 : (step >> 2) - 1;
  lengthBits[symbol] = bits;
  lengthBases[symbol] = length;
  for (let i = 0; i < 1 << bits && length < 259; i++) lengthSymbols[length++] = symbol;
}
// The longest has a symbol of its own.
lengthSymbols[258] = literalSymbols - 1;
lengthBits[literalSymbols - 1] = 0;
lengthBases[literalSymbols - 1] = 258;

for (let symbol = 0, distance = 1; symbol < distanceSymbols; symbol++) {
  const bits = symbol < 4 ? 0 : (symbol >> 1) - 1;
  distanceBits[symbol] = bits;
  distanceBases[symbol] = distance;
  distance += 1 << bits;
}

export function distanceSymbol(distance: number): number {
  const before = distance - 1;
  if (before < 4) return before;
  const bits = 30 - Math.clz32(before);
  return 2 * bits + 2 + ((before >> bits) & 1);
}
