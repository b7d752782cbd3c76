/** How far back a match may lie: this less what is looked at ahead. */
export const windowSize: u32 = 1 << 15;
export const shortestMatch: u32 = 3;
/** Bytes ahead without which no match is looked for before the end. */
export const lookahead: u32 = 262;
export const reach: u32 = windowSize - lookahead;

/** Two windows: what was, and what comes. Behind them lie zeros, which hashes and comparisons read. */
export const window = memory.data(65808, 8);
/** By hash: the last place that has it; 16 bits, 0 for none. */
const heads = memory.data(131072, 16);
/** By place: the place before that has the same hash; 16 bits. */
const before = memory.data(131072, 16);

/** By place: its number among those that have the same hash; 16 bits, from anywhere on. */
const numbers = memory.data(131072, 16);

/** The same places once more by a hash of four bytes, which has bits enough that where it is the same, the bytes mostly are. */
const fourBits: u32 = 15;
const fourHeads = memory.data(65536, 16);
const fourBefore = memory.data(131072, 16);

/** Bits by which a byte of the hash moves for the next one; 0 for the hash of Chromium. */
let shift: u32 = 0;
let mask: u32 = 0;
/** Whether what lies behind the content is seen. */
let isGnu: bool = false;

/**
 * @param isChromium hash over four bytes instead of three
 * @param asGnu matches are compared with what lies behind the content, too
 * @param bits of the hash
 */
export function resetWindow(isChromium: bool, asGnu: bool, bits: u32): void {
  shift = isChromium ? 0 : (bits + 2) / 3;
  mask = (1 << bits) - 1;
  isGnu = asGnu;
  memory.fill(heads, 0, 2 << bits);
  memory.fill(fourHeads, 0, 2 << fourBits);
  // They read behind the end of the content, where nothing of an earlier stream may be seen.
  if (isChromium || isGnu) memory.fill(window, 0, 65808);
}

/** Makes places known to those that come: each once, in their order, and all before a match is looked for at one of them. */
export function insertAll(from: u32, to: u32): void {
  // Copies, which lie in registers.
  const shifted = shift;
  const masked = mask;
  for (let at = from; at < to; at++) {
    const four = load<u32>(at, window);
    const hash =
      shifted === 0
        ? (four * 66521 + 66521) >> 16
        : ((four & 0xff) << (2 * shifted)) ^ (((four >> 8) & 0xff) << shifted) ^ ((four >> 16) & 0xff);
    const head = 2 * (hash & masked);
    const last: u32 = load<u16>(head, heads);
    store<u16>(head, at, heads);
    store<u16>(2 * at, last, before);
    store<u16>(2 * at, load<u16>(2 * last, numbers) + 1, numbers);
    const fourHead = 2 * ((four * 0x9e3779b1) >> (32 - fourBits));
    const lastFour: u32 = load<u16>(fourHead, fourHeads);
    store<u16>(fourHead, at, fourHeads);
    store<u16>(2 * at, lastFour, fourBefore);
  }
}

/** The last place before that has the same hash; 0 for none. */
export function placeBefore(at: u32): u32 {
  return load<u16>(2 * at, before);
}

/** As `placeBefore`; of four bytes. */
export function fourBytesBefore(at: u32): u32 {
  return load<u16>(2 * at, fourBefore);
}

/** As how many places one lies before another that has the same hash. */
export function placesBetween(first: u32, last: u32): u32 {
  return <u16>((load<u16>(2 * last, numbers) as u32) - load<u16>(2 * first, numbers));
}

/** GNU gzip clears as much behind the content when it has ended. */
export function clearBehind(end: u32): void {
  if (isGnu) store<u16>(window + end, 0);
}

/**
 * Forgets the older window.
 * @param room bytes behind the content, which stay as they are but for GNU gzip: Chromium's hash reads one of them at the end
 */
export function slide(room: u32): void {
  memory.copy(window, window + windowSize, isGnu ? windowSize : windowSize - room);
  slidePlaces(heads, heads, 2 * (mask + 1));
  slidePlaces(fourHeads, fourHeads, 2 << fourBits);
  slidePlaces(before, before + 2 * windowSize, 2 * windowSize);
  slidePlaces(fourBefore, fourBefore + 2 * windowSize, 2 * windowSize);
  memory.copy(numbers, numbers + 2 * windowSize, 2 * windowSize);
}

/** Four places at once: those in the newer window have their highest bit set. */
function slidePlaces(to: usize, from: usize, size: u32): void {
  for (let at: u32 = 0; at < size; at += 8) {
    const places = load<u64>(from + at);
    store<u64>(to + at, places & (((places >> 15) & 0x0001000100010001) * 0x7fff));
  }
}
