/** Numbers of 64 bits in ascending order, whatever they were before, with no more comparisons than their logarithm for each: a hostile class file cannot make it slow. */

/** Heap sort. */
export function sort(numbers: usize, count: u32): void {
  for (let root = count >> 1; root > 0; root--) sink(numbers, root - 1, count);
  for (let end = count; end > 1; end--) {
    const last = load<u64>(numbers + 8 * (end - 1));
    store<u64>(numbers + 8 * (end - 1), load<u64>(numbers));
    store<u64>(numbers, last);
    sink(numbers, 0, end - 1);
  }
}

/** Puts a number below those under it that are larger. */
function sink(numbers: usize, root: u32, count: u32): void {
  const number = load<u64>(numbers + 8 * root);
  let at = root;
  let under: u32 = 2 * at + 1;
  while (under < count) {
    if (under + 1 < count && load<u64>(numbers + 8 * (under + 1)) > load<u64>(numbers + 8 * under)) under++;
    const larger = load<u64>(numbers + 8 * under);
    if (larger <= number) break;
    store<u64>(numbers + 8 * at, larger);
    at = under;
    under = 2 * at + 1;
  }
  store<u64>(numbers + 8 * at, number);
}

/** The place of the first number that is not less; the number of all where there is none. */
export function firstFrom(numbers: usize, count: u32, number: u64): u32 {
  let low: u32 = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u64>(numbers + 8 * middle) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
