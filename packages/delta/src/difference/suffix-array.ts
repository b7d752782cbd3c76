/**
 * The suffix array of `text`: the start positions of its suffixes in lexical order, where the end of the text is smaller than any byte.
 * Linear time by induced sorting (SA-IS: Nong, Zhang, Chan, "Two efficient algorithms for linear time suffix array construction", 2011).
 *
 * Memory beside the text: 4 bytes for each of its bytes, and up to 3.5 more while it works.
 */
export function suffixArray(text: Uint8Array): Int32Array {
  const order = new Int32Array(text.length);
  if (text.length > 0) sortSuffixes(text, order, 256);
  return order;
}

// Every index below is in range by construction. `as number` says so at no cost; a check in these loops would be half of their time.

type Text = Uint8Array | Int32Array;

/** @param letters one more than the largest value in `text` */
function sortSuffixes(text: Text, order: Int32Array, letters: number): void {
  const smaller = suffixTypes(text);
  const counts = letterCounts(text, letters);
  const count = sortLandmarkSubstrings(text, order, smaller, counts);
  const names = nameLandmarks(text, order, smaller, count);
  const reduced = order.subarray(text.length - count);
  if (names < count) sortSuffixes(reduced, order.subarray(0, count), names);
  else for (let i = 0; i < count; i++) order[reduced[i] as number] = i;
  placeLandmarks(text, order, smaller, counts, count);
  induce(text, order, smaller, counts);
}

/** 1 where a suffix is smaller than the one behind it (type S), else 0 (type L). */
function suffixTypes(text: Text): Uint8Array {
  const smaller = new Uint8Array(text.length);
  let behind = text[text.length - 1] as number;
  let type = 0;
  for (let i = text.length - 2; i >= 0; i--) {
    const letter = text[i] as number;
    if (letter !== behind) type = letter < behind ? 1 : 0;
    smaller[i] = type;
    behind = letter;
  }
  return smaller;
}

/** A landmark ("leftmost S") begins a run of suffixes of type S. */
function isLandmark(smaller: Uint8Array, at: number): boolean {
  return at > 0 && smaller[at] === 1 && smaller[at - 1] === 0;
}

function letterCounts(text: Text, letters: number): Int32Array {
  const counts = new Int32Array(letters);
  for (let i = 0; i < text.length; i++) (counts[text[i] as number] as number)++;
  return counts;
}

function bucketStarts(counts: Int32Array): Int32Array {
  const starts = new Int32Array(counts.length);
  for (let i = 1; i < counts.length; i++) starts[i] = (starts[i - 1] as number) + (counts[i - 1] as number);
  return starts;
}

function bucketEnds(counts: Int32Array): Int32Array {
  const ends = new Int32Array(counts.length);
  let end = 0;
  for (let i = 0; i < counts.length; i++) {
    end += counts[i] as number;
    ends[i] = end;
  }
  return ends;
}

/** Leaves the landmarks at the beginning of `order`, sorted by the text up to the next landmark. Returns how many there are. */
function sortLandmarkSubstrings(
  text: Text,
  order: Int32Array,
  smaller: Uint8Array,
  counts: Int32Array,
): number {
  order.fill(-1);
  const ends = bucketEnds(counts);
  for (let i = 1; i < text.length; i++) {
    if (smaller[i] !== 1 || smaller[i - 1] !== 0) continue;
    const letter = text[i] as number;
    const slot = (ends[letter] as number) - 1;
    ends[letter] = slot;
    order[slot] = i;
  }
  induce(text, order, smaller, counts);
  let count = 0;
  for (let i = 0; i < order.length; i++) {
    const at = order[i] as number;
    if (isLandmark(smaller, at)) order[count++] = at;
  }
  return count;
}

/** Sorts all suffixes from the sorted landmarks: those of type L from the left, then those of type S from the right. */
function induce(text: Text, order: Int32Array, smaller: Uint8Array, counts: Int32Array): void {
  const starts = bucketStarts(counts);
  const last = text.length - 1;
  const lastLetter = text[last] as number;
  order[starts[lastLetter] as number] = last;
  (starts[lastLetter] as number)++;
  for (let i = 0; i < order.length; i++) {
    const before = (order[i] as number) - 1;
    if (before < 0 || smaller[before] === 1) continue;
    const letter = text[before] as number;
    const slot = starts[letter] as number;
    starts[letter] = slot + 1;
    order[slot] = before;
  }
  const ends = bucketEnds(counts);
  for (let i = order.length - 1; i >= 0; i--) {
    const before = (order[i] as number) - 1;
    if (before < 0 || smaller[before] === 0) continue;
    const letter = text[before] as number;
    const slot = (ends[letter] as number) - 1;
    ends[letter] = slot;
    order[slot] = before;
  }
}

/** Writes the reduced text, the landmarks' names in the order of the text, at the end of `order`. Returns how many names there are. */
function nameLandmarks(text: Text, order: Int32Array, smaller: Uint8Array, count: number): number {
  // Two landmarks are at least two apart, so half of the positions hold the names of all.
  order.fill(-1, count);
  let names = 0;
  let previous = -1;
  for (let i = 0; i < count; i++) {
    const at = order[i] as number;
    if (previous < 0 || !sameSubstring(text, smaller, previous, at)) names++;
    previous = at;
    order[count + (at >> 1)] = names - 1;
  }
  let slot = order.length;
  for (let i = count + (text.length >> 1); i >= count; i--) {
    if (i < order.length && (order[i] as number) >= 0) order[--slot] = order[i] as number;
  }
  return names;
}

/** Whether the text from two landmarks up to their next ones is the same. */
function sameSubstring(text: Text, smaller: Uint8Array, one: number, other: number): boolean {
  for (let i = 0; ; i++) {
    const a = one + i;
    const b = other + i;
    if (a >= text.length || b >= text.length) return false;
    if (text[a] !== text[b] || smaller[a] !== smaller[b]) return false;
    if (i > 0 && isLandmark(smaller, a)) return isLandmark(smaller, b);
    if (i > 0 && isLandmark(smaller, b)) return false;
  }
}

/** Puts the landmarks, whose order is known now, at the ends of their buckets. */
function placeLandmarks(
  text: Text,
  order: Int32Array,
  smaller: Uint8Array,
  counts: Int32Array,
  count: number,
): void {
  const positions = order.subarray(text.length - count);
  let filled = 0;
  for (let i = 1; i < text.length; i++) if (smaller[i] === 1 && smaller[i - 1] === 0) positions[filled++] = i;
  for (let i = 0; i < count; i++) order[i] = positions[order[i] as number] as number;
  order.fill(-1, count);
  const ends = bucketEnds(counts);
  for (let i = count - 1; i >= 0; i--) {
    const at = order[i] as number;
    order[i] = -1;
    const letter = text[at] as number;
    const slot = (ends[letter] as number) - 1;
    ends[letter] = slot;
    order[slot] = at;
  }
}
