const one: i32 = 0x2c1b3c6d;
const other: i32 = 0x297a2d39;
const last: i32 = <i32>0x85ebca6b;

/** Two numbers as one of 32 bits, of which all depend on all of theirs. */
export function hashed(first: u32, second: u32): u32 {
  let mixed = first * one + second * other;
  mixed ^= mixed >>> 15;
  mixed *= last;
  return mixed ^ (mixed >>> 13);
}

/** {@link hashed} in each lane. */
export function hashedLanes(first: v128, second: v128): v128 {
  const sum = i32x4.add(i32x4.mul(first, i32x4.splat(one)), i32x4.mul(second, i32x4.splat(other)));
  const mixed = i32x4.mul(v128.xor(sum, i32x4.shr_u(sum, 15)), i32x4.splat(last));
  return v128.xor(mixed, i32x4.shr_u(mixed, 13));
}
