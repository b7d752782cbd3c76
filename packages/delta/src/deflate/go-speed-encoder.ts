import { GoBlockWriter, matchToken } from './go-block-writer.ts';

const windowSize = 1 << 15;
const blockSize = 65_535;
const longestMatch = 258;
const firstBytes = 4;
const tableBits = 14;
/** Nothing is looked for in the last bytes of a block. */
const margin = 15;
/** A last block below this is not searched, and below the other one stored. */
const searchedFrom = 128;
const codedFrom = 17;
/** Places are counted through the whole stream, and begin anew before they no longer fit. */
const placeLimit = 1 << 30;
const firstBase = 1;

/** Deflates as compress/flate of Go does at level 1 (BestSpeed), to version 1.26. */
export class GoSpeedEncoder {
  readonly #writer = new GoBlockWriter();
  /** The block before, and the one that is filled: what is found in the former may reach into the latter. */
  readonly #window = new Uint8Array(2 * blockSize);
  #end = blockSize;
  readonly #tokens = new Uint32Array(blockSize);
  #tokenCount = 0;
  #distance = 0;

  /** By hash: the last place, and the four bytes that begin there. The place of the window's first byte is {@link #base}. */
  readonly #places = new Uint32Array(1 << tableBits);
  readonly #fours = new Int32Array(1 << tableBits);
  #base = firstBase;

  /** What was not finished is forgotten. */
  begin(): void {
    this.#writer.reset();
    this.#end = blockSize;
    this.#places.fill(0);
    this.#base = firstBase;
  }

  *write(chunk: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < chunk.length; ) {
      if (this.#end === this.#window.length) yield* this.#writeBlock();
      const taken = chunk.subarray(at, at + this.#window.length - this.#end);
      this.#window.set(taken, this.#end);
      this.#end += taken.length;
      at += taken.length;
    }
  }

  *finish(): Generator<Uint8Array> {
    const rest = this.#content();
    if (rest.length >= searchedFrom) yield* this.#writeBlock();
    else if (rest.length >= codedFrom) this.#writer.ownOrStored(Uint32Array.from(rest), rest);
    else if (rest.length > 0) this.#writer.stored(rest);
    this.#writer.stored(new Uint8Array(), true);
    yield this.#writer.take();
  }

  #content(): Uint8Array {
    return this.#window.subarray(blockSize, this.#end);
  }

  *#writeBlock(): Generator<Uint8Array> {
    const content = this.#content();
    this.#search();
    // Where matches save less than a sixteenth, Go leaves them out.
    const isWorthIt = this.#tokenCount <= content.length - (content.length >> 4);
    const tokens = isWorthIt ? this.#tokens.subarray(0, this.#tokenCount) : Uint32Array.from(content);
    this.#writer.ownOrStored(tokens, content);
    this.#moveOn();
    yield this.#writer.take();
  }

  #moveOn(): void {
    this.#window.copyWithin(0, blockSize);
    this.#end = blockSize;
    this.#base += blockSize;
    if (this.#base <= placeLimit) return;
    const gone = this.#base - firstBase;
    for (const [hash, place] of this.#places.entries()) this.#places[hash] = Math.max(0, place - gone);
    this.#base = firstBase;
  }

  #search(): void {
    this.#tokenCount = 0;
    const last = this.#end - margin;
    let written = blockSize;
    for (let at = this.#nextMatch(written, last); at !== undefined; at = this.#nextMatch(written + 1, last)) {
      this.#literals(written, at);
      written = this.#matches(at, last);
    }
    this.#literals(written, this.#end);
  }

  /** The longer nothing is found, the fewer bytes are looked at. */
  #nextMatch(from: number, last: number): number | undefined {
    let skip = 32;
    for (let at = from; ; ) {
      const next = at + (skip >> 5);
      skip += skip >> 5;
      if (next > last) return undefined;
      this.#distance = this.#remember(at);
      if (this.#distance > 0) return at;
      at = next;
    }
  }

  /** Matches right behind each other. @returns where the last one ends */
  #matches(from: number, last: number): number {
    let at = from;
    while (this.#distance > 0) {
      const length = this.#sameBytes(at);
      this.#tokens[this.#tokenCount++] = matchToken(length, this.#distance);
      at += length;
      if (at >= last) break;
      this.#remember(at - 1);
      this.#distance = this.#remember(at);
    }
    return at;
  }

  #literals(from: number, to: number): void {
    for (let at = from; at < to; at++) this.#tokens[this.#tokenCount++] = this.#window[at] as number;
  }

  #sameBytes(at: number): number {
    const window = this.#window;
    const before = at - this.#distance;
    const most = Math.min(longestMatch, this.#end - at);
    let length = firstBytes;
    while (length < most && window[before + length] === window[at + length]) length++;
    return length;
  }

  /** @returns how far back the same four bytes are, as far as that is known; 0 for nowhere near */
  #remember(at: number): number {
    const window = this.#window;
    const four =
      (window[at] as number) |
      ((window[at + 1] as number) << 8) |
      ((window[at + 2] as number) << 16) |
      ((window[at + 3] as number) << 24);
    const hash = Math.imul(four, 0x1e35a7bd) >>> (32 - tableBits);
    const place = this.#base + at;
    const distance = place - (this.#places[hash] as number);
    const isSame = this.#fours[hash] === four;
    this.#places[hash] = place;
    this.#fours[hash] = four;
    return isSame && distance <= windowSize ? distance : 0;
  }
}
