/** Two numbers as one of 32 bits, of which all depend on all of theirs. Part of the format. */
export function hashed(one: number, other: number): number {
  let mixed = (Math.imul(one, 0x2c1b3c6d) + Math.imul(other, 0x297a2d39)) | 0;
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
