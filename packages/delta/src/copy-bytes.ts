/** Below this, a loop is faster than a call. */
const shortCopy = 64;

/** Puts the bytes from `start` on that are before `end` to a place `at`, in the same bytes or in others. */
export function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start < shortCopy) for (let i = start; i < end; i++) to[at + i - start] = from[i] as number;
  else if (from === to) to.copyWithin(at, start, end);
  else to.set(from.subarray(start, end), at);
}
