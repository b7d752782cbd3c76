/** Bytes that make an anchor. */
export const anchorLength = 32;

const multiplier = 0x2c1b3c6d;

/** What the number that leaves was multiplied by. */
const leaving = Array.from({ length: anchorLength }).reduce<number>(
  (power) => Math.imul(power, multiplier),
  1,
);

/** The hash of {@link anchorLength} numbers, from that of those one before: `next` comes in, and `left` leaves, 0 where there were not as many yet. */
export function rolled(hash: number, next: number, left: number): number {
  return (Math.imul(hash, multiplier) + next - Math.imul(left, leaving)) | 0;
}
