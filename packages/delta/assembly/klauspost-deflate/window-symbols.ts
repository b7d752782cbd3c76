import {
  distanceExtras,
  distanceSymbol,
  distanceSymbols,
  firstLength,
  lengthSymbolTable,
  literalExtras,
  literalSymbols,
} from '../deflate/symbols';
import { content } from './content';

/** distance << 8 | length - 3, or without a distance the literal; 32 bits each. */
export const symbols = memory.data(262144, 4);
/** How often each occurs, 32 bits each. */
export const literalCounts = memory.data(1144, 4);
export const distanceCounts = memory.data(120, 4);
let end: usize = symbols;

const longestMatch: i32 = 258;
const shortestMatch: i32 = 3;

export function clearSymbols(): void {
  end = symbols;
  memory.fill(literalCounts, 0, 4 * literalSymbols);
  memory.fill(distanceCounts, 0, 4 * distanceSymbols);
}

export function symbolsEnd(): usize {
  return end;
}

export function symbolCount(): i32 {
  return ((end - symbols) as i32) >> 2;
}

export function addLiterals(from: i32, to: i32): void {
  for (let at = from; at < to; at++) {
    const byte: u32 = load<u8>(content + at);
    store<u32>(end, byte);
    end += 4;
    addOne(literalCounts + 4 * byte);
  }
}

/** A match of any length, as several where one cannot be as long. */
export function addMatch(length: i32, distance: u32): void {
  const far = distanceCounts + 4 * distanceSymbol(distance - 1);
  for (let left = length; left > 0; ) {
    let size = left;
    // What is left must be a match as well.
    if (left > longestMatch)
      size = left > longestMatch + shortestMatch ? longestMatch : longestMatch - shortestMatch;
    left -= size;
    store<u32>(end, (distance << 8) | (size - shortestMatch));
    end += 4;
    addOne(literalCounts + 4 * (firstLength + load<u8>(lengthSymbolTable + size - shortestMatch)));
    addOne(far);
  }
}

function addOne(count: usize): void {
  store<u32>(count, load<u32>(count) + 1);
}

/** The bits behind the symbols. */
export function extraBits(): i32 {
  return (
    extraBitsOf(literalCounts, literalExtras, literalSymbols) +
    extraBitsOf(distanceCounts, distanceExtras, distanceSymbols)
  );
}

function extraBitsOf(counts: usize, extras: usize, count: u32): i32 {
  let bits: u32 = 0;
  for (let i: u32 = 0; i < count; i++) bits += load<u32>(counts + 4 * i) * load<u8>(extras + i);
  return bits;
}

const one: f32 = 1;
/** What a symbol takes at most, and what the end of the block is taken for. */
const mostBits: f32 = 15;
const squared: f32 = -0.34484843;
const linear: f32 = 2.02466578;
const constant: f32 = 0.67487759;

/**
 * About how many bits the symbols would take in codes made for them. It is counted with numbers of 32 bits, each step rounded, in this order: what is written depends on it.
 * @param more symbols than there are here, which nothing is counted for
 */
export function estimatedBits(more: i32): i32 {
  let matches: u32 = 0;
  for (let i = firstLength; i < literalSymbols; i++) matches += load<u32>(literalCounts + 4 * i);
  const total = one / ((symbolCount() + more) as f32);
  let bits = addEntropy(0, literalCounts, firstLength - 1, total);
  bits = addEntropy(bits + mostBits, literalCounts + 4 * firstLength, literalSymbols - firstLength, total);
  if (matches > 0) bits = addEntropy(bits, distanceCounts, distanceSymbols, one / (matches as f32));
  return (bits as i32) + extraBits();
}

function addEntropy(before: f32, counts: usize, count: u32, share: f32): f32 {
  let bits = before;
  for (let i: u32 = 0; i < count; i++) {
    const frequency = load<u32>(counts + 4 * i) as f32;
    if (frequency === 0) continue;
    bits += min(mostBits, max(one, -roughLogarithm(frequency * share))) * frequency;
  }
  return bits;
}

/** To the base 2: the exponent of the number, and a parabola for the rest. */
function roughLogarithm(value: f32): f32 {
  const bits = reinterpret<i32>(value);
  const exponent = (((bits >> 23) & 255) - 128) as f32;
  const rest = reinterpret<f32>((bits & 0x007fffff) + (127 << 23));
  return exponent + ((squared * rest + linear) * rest - constant);
}
