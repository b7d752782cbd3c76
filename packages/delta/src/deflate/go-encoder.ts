import { GoBlockWriter, matchToken } from './go-block-writer.ts';

const windowSize = 1 << 15;
const shortestMatch = 4;
const longestMatch = 258;
/** Nothing is decided with fewer bytes ahead, but at the end. */
const lookahead = shortestMatch + longestMatch;
const hashBits = 17;
const tokensOfBlock = 1 << 14;
/** Where a match of the shortest length begins at most. */
const nearby = 4096;
/** Places are counted through the whole stream, and begin anew before they no longer fit. */
const placeLimit = 1 << 30;

/**
 * By level: how long a match must be that no better one is looked for behind it; that ends the search; and how many places are tried. Levels whose first number is 0 take the first
 * match that they find, and remember the places inside of those that are not longer than the last number.
 */
const levels: Readonly<
  Record<number, readonly [lazy: number, nice: number, tries: number, remembered?: number]>
> = {
  2: [0, 16, 8, 5],
  3: [0, 32, 32, 6],
  4: [4, 16, 16],
  5: [16, 32, 32],
  6: [16, 128, 128],
  7: [32, 128, 256],
  8: [128, 258, 1024],
  9: [258, 258, 4096],
};

/** What is written at a time, as by Go's io.Copy: where the window moves on depends on it. */
const pieceSize = 1 << 15;

/** Deflates as compress/flate of Go does at levels 2 to 9 (its default is 6), from version 1.7 to 1.26. */
export class GoEncoder {
  #lazy = 0;
  #nice = 0;
  #tries = 0;
  #remembered = 0;
  readonly #writer = new GoBlockWriter();
  readonly #piece = new Uint8Array(pieceSize);
  #pieceSize = 0;

  readonly #window = new Uint8Array(2 * windowSize);
  #end = 0;
  /** What is looked at next; all of these are places in the window. */
  #at = 0;
  /** Below 0 where the block's first bytes have left the window. */
  #blockStart = 0;
  readonly #tokens = new Uint32Array(tokensOfBlock);
  #tokenCount = 0;

  /** The match of the byte before, and whether that byte still waits for being written. */
  #length = shortestMatch - 1;
  #distance = 0;
  #waits = false;

  /** By hash, and by place in the window: the last place, and the one before that; 0 for none. The place of the window's first byte is {@link #base}. */
  readonly #heads = new Uint32Array(1 << hashBits);
  readonly #before = new Uint32Array(windowSize);
  #base = 1;

  /** What was not finished is forgotten. */
  begin({ level }: { readonly level: number }): void {
    const [lazy, nice, tries, remembered = 0] = levels[level] ?? [0, 0, 0];
    if (tries === 0) throw new RangeError(`no level ${level}`);
    this.#lazy = lazy;
    this.#nice = nice;
    this.#tries = tries;
    this.#remembered = remembered;
    this.#reset();
  }

  #reset(): void {
    this.#writer.reset();
    this.#pieceSize = 0;
    this.#end = 0;
    this.#at = 0;
    this.#blockStart = 0;
    this.#tokenCount = 0;
    this.#length = shortestMatch - 1;
    this.#distance = 0;
    this.#waits = false;
    this.#heads.fill(0);
    this.#before.fill(0);
    this.#base = 1;
  }

  *write(chunk: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < chunk.length; ) {
      const taken = chunk.subarray(at, at + pieceSize - this.#pieceSize);
      this.#piece.set(taken, this.#pieceSize);
      this.#pieceSize += taken.length;
      at += taken.length;
      if (this.#pieceSize === pieceSize) yield* this.#writePiece();
    }
  }

  *finish(): Generator<Uint8Array> {
    yield* this.#writePiece();
    this.#run(true);
    this.#writer.stored(new Uint8Array(), true);
    yield this.#writer.take();
  }

  *#writePiece(): Generator<Uint8Array> {
    for (let at = 0; at < this.#pieceSize; ) {
      this.#run(false);
      if (this.#at >= 2 * windowSize - lookahead) this.#moveOn();
      const taken = this.#piece.subarray(at, Math.min(this.#pieceSize, at + 2 * windowSize - this.#end));
      this.#window.set(taken, this.#end);
      this.#end += taken.length;
      at += taken.length;
    }
    this.#pieceSize = 0;
    const written = this.#writer.take();
    if (written.length > 0) yield written;
  }

  #moveOn(): void {
    this.#window.copyWithin(0, windowSize);
    this.#at -= windowSize;
    this.#end -= windowSize;
    this.#blockStart = this.#blockStart >= windowSize ? this.#blockStart - windowSize : -1;
    this.#base += windowSize;
    if (this.#base <= placeLimit) return;
    const gone = this.#base - 1;
    for (const table of [this.#heads, this.#before])
      for (let i = 0; i < table.length; i++) table[i] = Math.max(0, (table[i] as number) - gone);
    this.#base = 1;
  }

  #run(isEnd: boolean): void {
    const lastHashed = this.#end - shortestMatch;
    for (;;) {
      const ahead = this.#end - this.#at;
      if (ahead < lookahead && !isEnd) return;
      if (ahead === 0) break;
      const head = this.#at <= lastHashed ? this.#insert(this.#at) - this.#base : -1;
      const isNear = head >= Math.max(0, this.#at - windowSize);
      if (this.#lazy === 0) this.#takeFirst(head, isNear, ahead, lastHashed);
      else this.#takeBest(head, isNear, ahead, lastHashed);
    }
    this.#flush();
  }

  #takeFirst(head: number, isNear: boolean, ahead: number, lastHashed: number): void {
    this.#length = shortestMatch - 1;
    if (isNear) this.#findMatch(head, Math.min(ahead, longestMatch));
    if (this.#length < shortestMatch) {
      this.#tokens[this.#tokenCount++] = this.#window[this.#at++] as number;
    } else {
      this.#tokens[this.#tokenCount++] = matchToken(this.#length, this.#distance);
      const next = this.#at + this.#length;
      if (this.#length <= this.#remembered) this.#rememberUpTo(next, lastHashed);
      this.#at = next;
    }
    if (this.#tokenCount === tokensOfBlock) this.#block();
  }

  #takeBest(head: number, isNear: boolean, ahead: number, lastHashed: number): void {
    const [length, distance] = [this.#length, this.#distance];
    this.#length = shortestMatch - 1;
    const isTried = isNear && ahead > length && length < this.#lazy;
    if (isTried) this.#findMatch(head, Math.min(ahead, longestMatch));
    if (length >= shortestMatch && this.#length <= length) this.#match(length, distance, lastHashed);
    else this.#literal();
  }

  /** What was found before is as good as what was found here: it is written. */
  #match(length: number, distance: number, lastHashed: number): void {
    this.#tokens[this.#tokenCount++] = matchToken(length, distance);
    this.#rememberUpTo(this.#at + length - 1, lastHashed);
    this.#waits = false;
    this.#length = shortestMatch - 1;
    if (this.#tokenCount === tokensOfBlock) this.#block();
  }

  #rememberUpTo(next: number, lastHashed: number): void {
    while (++this.#at < next) if (this.#at <= lastHashed) this.#insert(this.#at);
  }

  #literal(): void {
    if (this.#waits) {
      this.#tokens[this.#tokenCount++] = this.#window[this.#at - 1] as number;
      if (this.#tokenCount === tokensOfBlock) this.#block();
    }
    this.#at++;
    this.#waits = true;
  }

  #flush(): void {
    if (this.#waits) this.#tokens[this.#tokenCount++] = this.#window[this.#at - 1] as number;
    this.#waits = false;
    if (this.#tokenCount > 0) this.#block();
  }

  #block(): void {
    const isStorable = this.#blockStart >= 0 && this.#at - this.#blockStart <= 0xffff;
    const content = isStorable ? this.#window.subarray(this.#blockStart, this.#at) : undefined;
    this.#writer.block(this.#tokens.subarray(0, this.#tokenCount), content);
    this.#tokenCount = 0;
    this.#blockStart = this.#at;
  }

  /** @returns the last place before that has the same hash */
  #insert(at: number): number {
    const window = this.#window;
    const four =
      ((window[at] as number) << 24) |
      ((window[at + 1] as number) << 16) |
      ((window[at + 2] as number) << 8) |
      (window[at + 3] as number);
    const hash = Math.imul(four, 0x1e35a7bd) >>> (32 - hashBits);
    const head = this.#heads[hash] as number;
    this.#before[at & (windowSize - 1)] = head;
    this.#heads[hash] = at + this.#base;
    return head;
  }

  #findMatch(head: number, most: number): void {
    const window = this.#window;
    const at = this.#at;
    const first = at - windowSize;
    const nice = Math.min(this.#nice, most);
    let length = this.#length;
    let tries = this.#tries;
    for (let i = head; tries > 0; tries--) {
      if (window[i + length] === window[at + length]) {
        let same = 0;
        while (same < most && window[i + same] === window[at + same]) same++;
        if (same > length && (same > shortestMatch || at - i <= nearby)) {
          length = same;
          this.#distance = at - i;
          if (same >= nice) break;
        }
      }
      // What stood at its end of the window has been replaced.
      if (i === first) break;
      i = (this.#before[i & (windowSize - 1)] as number) - this.#base;
      if (i < first || i < 0) break;
    }
    this.#length = length;
  }
}
