/** Nodes of the largest tree: 286 leaves and what joins them. */
const mostNodes: u32 = 573;
const longestCode: u32 = 15;

/** Nodes that are not joined yet as a heap from place 1 on: count << 32 | depth << 16 | node. */
const heap = memory.data(4592, 8);
/** All nodes with the rarest at the end, in the order in which they were joined; 16 bits each. */
const joined = memory.data(1146, 2);
/** By node; 16 bits, and one byte. */
const parents = memory.data(1146, 2);
const nodeBits = memory.data(573);
/** By length: how many codes have it; 32 bits. */
const ofLength = memory.data(64, 4);

/**
 * Lengths of the best prefix code for symbols that occur so often, as zlib finds it: other encoders break ties otherwise, and shorten codes that
 * are too long otherwise.
 * @param counts 32 bits each
 * @param most the longest that a code may become
 * @param lengths one byte each; 0 for symbols that do not occur
 * @returns the last symbol that has a code; at least two of them have one
 */
export function buildLengths(counts: usize, symbols: u32, most: u32, lengths: usize): i32 {
  let size: u32 = 0;
  let last: i32 = -1;
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const count = load<u32>(counts + 4 * symbol);
    if (count === 0) continue;
    store<u64>(heap + 8 * ++size, ((count as u64) << 32) | symbol);
    last = symbol;
  }
  while (size < 2) {
    const symbol: u64 = last < 2 ? ++last : 0;
    store<u64>(heap + 8 * ++size, (1 << 32) | symbol);
  }
  const top = joinNodes(size, symbols);
  memory.fill(lengths, 0, symbols);
  limitBits(top, symbols, most, lengths);
  return last;
}

/** @returns where the root lies in `joined` */
function joinNodes(symbolCount: u32, firstNode: u32): u32 {
  let size = symbolCount;
  for (let at = size >> 1; at >= 1; at--) sink(at, size);
  let top = mostNodes;
  let node = firstNode;
  do {
    const one = load<u64>(heap + 8);
    store<u64>(heap + 8, load<u64>(heap + 8 * size--));
    sink(1, size);
    const other = load<u64>(heap + 8);
    for (let i = 0; i < 2; i++) {
      const child = (i === 0 ? one : other) & 0xffff;
      store<u16>(joined + 2 * --top, child as u32);
      store<u16>(parents + 2 * (child as usize), node);
    }
    const depth: u64 = max((one >> 16) & 0xffff, (other >> 16) & 0xffff) + 1;
    const count: u64 = (one >> 32) + (other >> 32);
    store<u64>(heap + 8, (count << 32) | (depth << 16) | node++);
    sink(1, size);
  } while (size >= 2);
  store<u16>(joined + 2 * --top, (load<u64>(heap + 8) & 0xffff) as u32);
  return top;
}

/**
 * Nodes are compared by count and depth; of equal ones the one that comes first stays there. What sinks mostly belongs to the bottom: its way leads there by the lesser
 * children, without a look at it, and then back up to its place.
 */
function sink(from: u32, size: u32): void {
  const sinking = load<u64>(heap + 8 * from);
  let at = from;
  let below = at << 1;
  for (; below < size; below = at << 1) {
    const one = load<u64>(heap + 8 * below);
    const other = load<u64>(heap + 8 * (below + 1));
    // Counted, not branched: which one it is cannot be foreseen.
    const child = below + <u32>(other <= (one | 0xffff));
    store<u64>(heap + 8 * at, load<u64>(heap + 8 * child));
    at = child;
  }
  if (below === size) {
    store<u64>(heap + 8 * at, load<u64>(heap + 8 * below));
    at = below;
  }
  for (; at !== from; at >>= 1) {
    const above = load<u64>(heap + 8 * (at >> 1));
    if (sinking > (above | 0xffff)) break;
    store<u64>(heap + 8 * at, above);
  }
  store<u64>(heap + 8 * at, sinking);
}

function limitBits(top: u32, symbols: u32, most: u32, lengths: usize): void {
  memory.fill(ofLength, 0, 4 * (longestCode + 1));
  store<u8>(nodeBits + load<u16>(joined + 2 * top), 0);
  let tooLong: i32 = 0;
  for (let at = top + 1; at < mostNodes; at++) {
    const node = load<u16>(joined + 2 * at) as u32;
    let bits: u32 = load<u8>(nodeBits + load<u16>(parents + 2 * node)) + 1;
    if (bits > most) {
      bits = most;
      tooLong++;
    }
    store<u8>(nodeBits + node, bits);
    if (node >= symbols) continue;
    store<u8>(lengths + node, bits);
    addOfLength(bits, 1);
  }
  if (tooLong > 0) shorten(tooLong, symbols, most, lengths);
}

/** Moves leaves down until all codes fit, and gives the longest ones to the rarest symbols. */
function shorten(tooMany: i32, symbols: u32, most: u32, lengths: usize): void {
  for (let left = tooMany; left > 0; left -= 2) {
    let bits = most - 1;
    while (load<u32>(ofLength + 4 * bits) === 0) bits--;
    addOfLength(bits, -1);
    addOfLength(bits + 1, 2);
    addOfLength(most, -1);
  }
  let at = mostNodes;
  for (let bits = most; bits !== 0; bits--) {
    for (let left = load<u32>(ofLength + 4 * bits); left > 0; ) {
      const node = load<u16>(joined + 2 * --at) as u32;
      if (node >= symbols) continue;
      store<u8>(lengths + node, bits);
      left--;
    }
  }
}

function addOfLength(bits: u32, count: i32): void {
  store<u32>(ofLength + 4 * bits, load<u32>(ofLength + 4 * bits) + count);
}

/** By length: the code that the next symbol of it gets; 32 bits. */
const nextCodes = memory.data(64, 4);

/**
 * The codes that follow from their lengths, in the order in which their bits are written: length << 16 | code, 32 bits each.
 * @see https://www.rfc-editor.org/rfc/rfc1951#section-3.2.2
 */
export function assignCodes(lengths: usize, symbols: u32, codes: usize): void {
  memory.fill(ofLength, 0, 4 * (longestCode + 1));
  for (let symbol: u32 = 0; symbol < symbols; symbol++) addOfLength(load<u8>(lengths + symbol), 1);
  store<u32>(ofLength, 0);
  let code: u32 = 0;
  for (let bits: u32 = 1; bits <= longestCode; bits++) {
    code = (code + load<u32>(ofLength + 4 * (bits - 1))) << 1;
    store<u32>(nextCodes + 4 * bits, code);
  }
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const bits: u32 = load<u8>(lengths + symbol);
    if (bits === 0) continue;
    const next = load<u32>(nextCodes + 4 * bits);
    store<u32>(nextCodes + 4 * bits, next + 1);
    store<u32>(codes + 4 * symbol, (bits << 16) | (reversed(next) >> (16 - bits)));
  }
}

/** The lowest 16 bits the other way round. */
function reversed(value: u32): u32 {
  let bits = ((value >> 1) & 0x5555) | ((value & 0x5555) << 1);
  bits = ((bits >> 2) & 0x3333) | ((bits & 0x3333) << 2);
  bits = ((bits >> 4) & 0x0f0f) | ((bits & 0x0f0f) << 4);
  return (bits >> 8) | ((bits & 0xff) << 8);
}
