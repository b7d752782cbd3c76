export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Bytes that nothing makes shorter, the same for the same seed. */
export function randomBytes(length: number, seed: number): Uint8Array {
  let state = seed + 0x9e3779b9;
  return Uint8Array.from({ length }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5;
    return (state ^ (state >>> 13)) >>> 7;
  });
}
