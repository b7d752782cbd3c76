/** Bytes after which the same is expected as came there before. */
const least = 4;

const tableBits = 20;

/** Of long histories not every place is remembered: it would take longer than all else. */
const mostPlaces = 1 << tableBits;

/** Bytes of agreement that are counted. */
const longest = 32;

/**
 * What comes next if bytes go on as they did where they were last the same. When it does not come, the place goes on beside the bytes, as
 * it does where a few were replaced.
 */
export class Recurrence {
  #bytes: Uint8Array;
  readonly #places = new Int32Array(1 << tableBits);
  #remembered = 0;
  #at = -1;
  /** How many bytes came as expected. */
  run = 0;

  /** @param known bytes that are there from the first; no place behind those that were coded is ever looked at */
  constructor(bytes: Uint8Array, known: number) {
    this.#bytes = bytes;
    let step = 1;
    while (known / step > mostPlaces) step *= 2;
    for (; this.#remembered + least < known; this.#remembered += step) this.#remember(this.#remembered);
    this.#remembered = Math.max(0, known - least);
  }

  /** Begins anew, at a place that is expected to go on at `target`. */
  follow(place: number, target: number): void {
    this.#at = place;
    this.run = 0;
    this.#search(target);
  }

  /** Takes note of the byte before `target`. */
  pass(target: number): void {
    this.run = this.expected(target - 1) === this.#bytes[target - 1] ? this.run + 1 : 0;
    this.#at++;
    this.#search(target);
  }

  /** Goes on in an array that is longer, and the same up to where it came. */
  grow(bytes: Uint8Array): void {
    this.#bytes = bytes;
  }

  /** The byte that is expected at `target`, or -1. */
  expected(target: number): number {
    return this.#at >= 0 && this.#at < target ? (this.#bytes[this.#at] as number) : -1;
  }

  #search(target: number): void {
    for (; this.#remembered + least < target; this.#remembered++) this.#remember(this.#remembered);
    if (this.run > 0 || target < least) return;
    const place = this.#places[this.#keyOf(target - least)] as number;
    if (place === 0) return;
    const run = this.#agreement(place, target);
    if (run < least) return;
    this.#at = place;
    this.run = run;
  }

  #agreement(place: number, target: number): number {
    const most = Math.min(longest, place);
    let length = 0;
    while (length < most && this.#bytes[place - 1 - length] === this.#bytes[target - 1 - length]) length++;
    return length;
  }

  /** By what the place behind `at` comes after. */
  #remember(at: number): void {
    this.#places[this.#keyOf(at)] = at + least;
  }

  #keyOf(at: number): number {
    const bytes = this.#bytes;
    const four =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    return Math.imul(four, 0x2c1b3c6d) >>> (32 - tableBits);
  }
}
