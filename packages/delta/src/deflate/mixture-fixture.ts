/** Noise, runs, and words of small vocabularies in turn, so that all kinds of blocks occur; the same every time. */
export function mixture(length: number): Uint8Array {
  let state = 0x2545f491;
  const next = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const kind = next(4);
    const end = Math.min(length, at + 1 + next(60_000));
    while (at < end) {
      if (kind === 0) bytes[at++] = next(256);
      else if (kind === 1) bytes[at++] = next(500) === 0 ? next(4) : 0;
      else {
        const word = next(kind === 2 ? 300 : 40_000);
        for (let i = 0; i <= 2 + (word % 11) && at < end; i++) bytes[at++] = 97 + ((word * (i + 3)) % 23);
      }
    }
  }
  return bytes;
}
