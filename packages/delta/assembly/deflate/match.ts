import { fourBytesBefore, placeBefore, placesBetween, reach, shortestMatch, window } from './window';

const longestMatch: u32 = 258;

let good: u32 = 0;
let nice: u32 = 0;
let tries: u32 = 0;
/** Whether a match may be found in what lies behind the content. */
let isGnu: bool = false;
/** Whether places are known before matches are looked for at those before them. */
let knowsAhead: bool = false;

/**
 * @param asGnu matches are compared with what lies behind the content, too, and cut afterwards
 * @param ahead whether all places are inserted, and before matches are looked for at those before them
 * @param goodLength from which on a match is good enough to look at a quarter of the places
 * @param niceLength from which on no longer one is looked for
 * @param mostTries places that are looked at
 */
export function resetMatches(
  asGnu: bool,
  ahead: bool,
  goodLength: u32,
  niceLength: u32,
  mostTries: u32,
): void {
  isGnu = asGnu;
  knowsAhead = ahead;
  good = goodLength;
  nice = niceLength;
  tries = mostTries;
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
 * The nearest match that is longer than a known one of three bytes or more. zlib looks at the places that have the same hash, `most` of them. It is quicker to look at those
 * that have the four bytes which a longer one ends with; whether zlib would have come to one is seen by the places between. They may be many where it has few, so no more are looked at than zlib looks at.
 */
function findLonger(first: u32, at: u32, known: u32, limit: u32, most: u32): u32 {
  const start = load<u32>(at, window);
  const skipped = known - 3;
  let next = fourBytesBefore(at + skipped);
  for (let left = most; left !== 0; left--) {
    if (next <= limit + skipped) return 0;
    const place = next - skipped;
    next = fourBytesBefore(next);
    if (load<u32>(place, window) !== start) continue;
    if (placesBetween(place, at) > most) return 0;
    const length = sameBytes(at, place);
    if (length > known) return (length << 16) | place;
  }
  return findAmongAll(first, at, known, limit, most);
}

/** As `findLonger`, as zlib does it. */
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
