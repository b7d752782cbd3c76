/** How far back a match may lie: this less what is looked at ahead. */
export const windowSize: u32 = 1 << 15;
export const shortestMatch: u32 = 3;
const longestMatch: u32 = 258;
/** Bytes ahead without which no match is looked for before the end. */
export const lookahead: u32 = 262;
export const reach: u32 = windowSize - lookahead;

/** Two windows: what was, and what comes. Behind them lie zeros, which hashes and comparisons read. */
export const window = memory.data(65808, 8);
/** By hash: the last place that has it; 16 bits, 0 for none. */
const heads = memory.data(131072, 8);
/** By place, modulo the window: the place before that has the same hash. */
const before = memory.data(65536, 8);

/** Bits by which a byte of the hash moves for the next one; 0 for the hash of Chromium. */
let shift: u32 = 0;
let mask: u32 = 0;
let good: u32 = 0;
let nice: u32 = 0;
let tries: u32 = 0;
/** Whether a match may be found in what lies behind the content. */
let isGnu: bool = false;

/**
 * @param isChromium hash over four bytes instead of three
 * @param asGnu matches are compared with what lies behind the content, too, and cut afterwards
 * @param bits of the hash
 * @param goodLength from which on a match is good enough to look at a quarter of the places
 * @param niceLength from which on no longer one is looked for
 * @param mostTries places that are looked at
 */
export function resetWindow(
  isChromium: bool,
  asGnu: bool,
  bits: u32,
  goodLength: u32,
  niceLength: u32,
  mostTries: u32,
): void {
  shift = isChromium ? 0 : (bits + 2) / 3;
  mask = (1 << bits) - 1;
  good = goodLength;
  nice = niceLength;
  tries = mostTries;
  isGnu = asGnu;
  memory.fill(heads, 0, 2 << bits);
  // They read behind the end of the content, where nothing of an earlier stream may be seen.
  if (isChromium || isGnu) memory.fill(window, 0, 65808);
}

/** @returns the last place that has the same hash; 0 for none */
export function insert(at: u32): u32 {
  const four = load<u32>(window + at);
  const hash =
    shift === 0
      ? (four * 66521 + 66521) >> 16
      : ((four & 0xff) << (2 * shift)) ^ (((four >> 8) & 0xff) << shift) ^ ((four >> 16) & 0xff);
  const head = heads + 2 * (hash & mask);
  const last: u32 = load<u16>(head);
  store<u16>(before + 2 * (at & (windowSize - 1)), last);
  store<u16>(head, at);
  return last;
}

/**
 * @param first the place to begin at
 * @param known the length that must be surpassed
 * @param ahead bytes of content from `at` on
 * @returns length << 16 | place; 0 where nothing is longer
 */
export function findMatch(first: u32, at: u32, known: u32, ahead: u32): u32 {
  const here = window + at;
  const limit = at > reach ? at - reach : 0;
  const enough = isGnu ? nice : min(nice, ahead);
  const start = load<u16>(here);
  let left = known >= good ? tries >> 2 : tries;
  let place = first;
  let best = known;
  let bestPlace: u32 = 0;
  let end = load<u16>(here + best - 1);
  do {
    const there = window + place;
    if (load<u16>(there + best - 1) === end && load<u16>(there) === start) {
      const length = sameBytes(here, there);
      if (length > best) {
        best = length;
        bestPlace = place;
        if (length >= enough) break;
        end = load<u16>(here + best - 1);
      }
    }
    place = load<u16>(before + 2 * (place & (windowSize - 1)));
  } while (place > limit && --left !== 0);
  return best > known ? (min(best, ahead) << 16) | bestPlace : 0;
}

/** GNU gzip clears as much behind the content when it has ended. */
export function clearBehind(end: u32): void {
  if (isGnu) store<u16>(window + end, 0);
}

/** The first two are known to be the same. */
function sameBytes(here: usize, there: usize): u32 {
  for (let at: u32 = 2; at < longestMatch; at += 8) {
    const difference = load<u64>(here + at) ^ load<u64>(there + at);
    if (difference !== 0) return at + ((ctz(difference) as u32) >> 3);
  }
  return longestMatch;
}

/**
 * Forgets the older window.
 * @param room bytes behind the content, which stay as they are but for GNU gzip: Chromium's hash reads one of them at the end
 */
export function slide(room: u32): void {
  memory.copy(window, window + windowSize, isGnu ? windowSize : windowSize - room);
  slidePlaces(heads, 2 * (mask + 1));
  slidePlaces(before, 2 * windowSize);
}

/** Four places at once: those in the newer window have their highest bit set. */
function slidePlaces(from: usize, size: u32): void {
  for (let at = from; at < from + size; at += 8) {
    const places = load<u64>(at);
    store<u64>(at, places & (((places >> 15) & 0x0001000100010001) * 0x7fff));
  }
}
