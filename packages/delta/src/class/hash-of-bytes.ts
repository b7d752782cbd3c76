const multiplier = 0x2c1b3c6d;

/** A hash of 32 bits, the high ones better than the low ones: of the bytes from `start` on that are before `end`, and of a number. */
export function hashOfBytes(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  let hash = seed;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), multiplier);
  return Math.imul(hash ^ (hash >>> 15), multiplier);
}
