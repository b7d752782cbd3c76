/** Below this, a loop is faster than views and a call. */
const shortRun = 64;

/** Whether the `length` bytes from a place on are those from another place on, of the same bytes or of others. */
export function areEqual(
  one: Uint8Array,
  at: number,
  other: Uint8Array,
  otherAt: number,
  length: number,
): boolean {
  if (length >= shortRun)
    return Buffer.compare(one.subarray(at, at + length), other.subarray(otherAt, otherAt + length)) === 0;
  for (let i = 0; i < length; i++) if (one[at + i] !== other[otherAt + i]) return false;
  return true;
}
