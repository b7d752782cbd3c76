/** Less than a batch of a thread that deflates, so that it has work soon. */
const chunkLength = 1 << 17;

/** What a section makes, in pieces that are each good only until the next one is asked for, in chunks of its own memory: a view would keep all of the section. */
export function* chunksOf(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let chunk = new Uint8Array(chunkLength);
  let filled = 0;
  for (const piece of pieces)
    for (let at = 0; at < piece.length; ) {
      const taken = piece.subarray(at, at + chunk.length - filled);
      chunk.set(taken, filled);
      at += taken.length;
      filled += taken.length;
      if (filled < chunk.length) continue;
      yield chunk;
      chunk = new Uint8Array(chunkLength);
      filled = 0;
    }
  if (filled > 0) yield chunk.subarray(0, filled);
}
