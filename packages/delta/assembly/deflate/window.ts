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
const heads = memory.data(131072, 16);
/** By place: the place before that has the same hash; 16 bits. */
const before = memory.data(131072, 16);

/** By place: how many places before have the same hash, less what they had before the first of them; 16 bits. */
const numbers = memory.data(131072, 16);

/** The same once more for four bytes. The hash has bits enough that places which have it mostly have the bytes. */
const fourBits: u32 = 14;
const fourHeads = memory.data(32768, 16);
const fourBefore = memory.data(131072, 16);

/** Bits by which a byte of the hash moves for the next one; 0 for the hash of Chromium. */
let shift: u32 = 0;
let mask: u32 = 0;
let good: u32 = 0;
let nice: u32 = 0;
let tries: u32 = 0;
/** Whether places are known before matches are looked for at those before them. */
let knowsAhead: bool = false;
/** Whether a match may be found in what lies behind the content. */
let isGnu: bool = false;

/**
 * @param isChromium hash over four bytes instead of three
 * @param asGnu matches are compared with what lies behind the content, too, and cut afterwards
 * @param ahead whether all places are inserted, and before matches are looked for at those before them
 * @param bits of the hash
 * @param goodLength from which on a match is good enough to look at a quarter of the places
 * @param niceLength from which on no longer one is looked for
 * @param mostTries places that are looked at
 */
export function resetWindow(
  isChromium: bool,
  asGnu: bool,
  ahead: bool,
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
  knowsAhead = ahead;
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

/** The last place that has the same hash; 0 for none. */
export function placeBefore(at: u32): u32 {
  return load<u16>(2 * at, before);
}

/**
 * @param first the last place that has the same hash
 * @param known the length that must be surpassed
 * @param ahead bytes of content from `at` on
 * @returns length << 16 | place; 0 where nothing is longer
 */
export function findMatch(first: u32, at: u32, known: u32, ahead: u32): u32 {
  // The first one may lie as far back as this, those behind it one less.
  const limit = at > reach ? min(at - reach, first - 1) : 0;
  const enough = isGnu ? nice : min(nice, ahead);
  const most = known >= good ? tries >> 2 : tries;
  let best = known;
  let found: u32 = 0;
  while (best < enough) {
    const longer: u32 =
      best < shortestMatch
        ? findShortest(first, at, limit, most)
        : best < ahead && knowsAhead
          ? findLonger(first, at, best, limit, most)
          : findAmongAll(first, at, best, limit, most);
    if (longer === 0) break;
    found = longer;
    best = found >> 16;
  }
  return found === 0 ? 0 : (min(best, ahead) << 16) | (found & 0xffff);
}

/** The nearest match. */
function findShortest(first: u32, at: u32, limit: u32, most: u32): u32 {
  const three = load<u32>(at, window) << 8;
  let place = first;
  for (let left = most; load<u32>(place, window) << 8 !== three; ) {
    place = placeBefore(place);
    if (place <= limit || --left === 0) return 0;
  }
  return (sameBytes(at, place) << 16) | place;
}

/**
 * The nearest match that is longer than a known one of three bytes or more. zlib looks at all places that have the same hash, and at so many at most. Fewer are those that have the
 * four bytes at which the known one ends, the last of which it has not; and whether zlib had come to one is seen by its number.
 */
function findLonger(first: u32, at: u32, known: u32, limit: u32, most: u32): u32 {
  const start = load<u32>(at, window);
  const skipped = known - 3;
  let next: u32 = load<u16>(2 * (at + skipped), fourBefore);
  for (let left = most; left !== 0; left--) {
    if (next <= limit + skipped) return 0;
    const place = next - skipped;
    next = load<u16>(2 * next, fourBefore);
    if (load<u32>(place, window) !== start) continue;
    if (placesBetween(place, at) > most) return 0;
    const length = sameBytes(at, place);
    if (length > known) return (length << 16) | place;
  }
  return findAmongAll(first, at, known, limit, most);
}

/** How many that have the same hash, the first of both included. */
function placesBetween(first: u32, last: u32): u32 {
  return <u16>((load<u16>(2 * last, numbers) as u32) - load<u16>(2 * first, numbers));
}

/** As `findLonger`, in the way of zlib. */
function findAmongAll(first: u32, at: u32, known: u32, limit: u32, most: u32): u32 {
  const end = load<u32>(at + known - 3, window);
  let place = first;
  let left = most;
  do {
    if (load<u32>(place + known - 3, window) === end) {
      const length = sameBytes(at, place);
      if (length > known) return (length << 16) | place;
    }
    place = placeBefore(place);
  } while (place > limit && --left !== 0);
  return 0;
}

function sameBytes(one: u32, other: u32): u32 {
  for (let at: u32 = 0; at < longestMatch; at += 8) {
    const difference = load<u64>(one + at, window) ^ load<u64>(other + at, window);
    if (difference !== 0) return min(at + ((ctz(difference) as u32) >> 3), longestMatch);
  }
  return longestMatch;
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
