import type { Bytes } from '@block-pack/core';

/** A place where one of the texts stands. */
export interface TextHit {
  /** Which of the texts. */
  readonly text: Buffer;
  /** Up to {@link lookBehind} bytes in front of it. */
  readonly before: Buffer;
  /** It, and up to {@link lookAhead} bytes in all. */
  readonly from: Buffer;
}

/** Bytes around a hit by which it is judged. */
const lookBehind = 8;

/** The longest path that is read whole; a text must be shorter. */
export const lookAhead = 4096;

/**
 * Where texts stand in a content of any size. Memory is bounded by one chunk and what is looked ahead; the bytes of a hit are good until
 * the next one is asked for.
 */
export async function* findTexts(content: Bytes, texts: readonly Buffer[]): AsyncIterable<TextHit> {
  let held = Buffer.alloc(0);
  let searched = 0;
  for await (const chunk of content) {
    held = Buffer.concat([held.subarray(Math.max(0, searched - lookBehind)), chunk]);
    const start = Math.min(searched, lookBehind);
    const end = Math.max(start, held.length - lookAhead);
    yield* hitsBetween(held, start, end, texts);
    searched = end;
  }
  yield* hitsBetween(held, searched, held.length, texts);
}

function* hitsBetween(held: Buffer, start: number, end: number, texts: readonly Buffer[]): Iterable<TextHit> {
  for (const text of texts) {
    for (let at = held.indexOf(text, start); at !== -1 && at < end; at = held.indexOf(text, at + 1)) {
      yield {
        text,
        before: held.subarray(Math.max(0, at - lookBehind), at),
        from: held.subarray(at, at + lookAhead),
      };
    }
  }
}
