/**
 * Whether the values of the bytes are spread so evenly that deflate has little to gain: those of archives, pictures, and what is encrypted.
 *
 * Of n bytes that are drawn evenly, the squares of how often each value occurs come to n * n / 256 + n in sum. Dense are bytes with less than 1.1 times that.
 */
export function isDense(bytes: Uint8Array): boolean {
  const { length } = bytes;
  return 2560 * sumOfSquares(bytes) < 11 * length * (length + 256);
}

/** Four tables, used in turn: a value that follows itself would wait for its count. */
const counts = new Uint32Array(4 * 256);

// Every index is in range: `as number` says so at no cost.
function sumOfSquares(bytes: Uint8Array): number {
  counts.fill(0);
  const fours = bytes.length - (bytes.length % 4);
  for (let at = 0; at < fours; at += 4) {
    (counts[bytes[at] as number] as number)++;
    (counts[256 | (bytes[at + 1] as number)] as number)++;
    (counts[512 | (bytes[at + 2] as number)] as number)++;
    (counts[768 | (bytes[at + 3] as number)] as number)++;
  }
  for (const byte of bytes.subarray(fours)) (counts[byte] as number)++;
  let sum = 0;
  for (let value = 0; value < 256; value++) sum += timesOf(value) ** 2;
  return sum;
}

function timesOf(value: number): number {
  const of = (table: number) => counts[(table << 8) | value] as number;
  return of(0) + of(1) + of(2) + of(3);
}
