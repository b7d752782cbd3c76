/** Numbers of class files, big-endian as they are. */
export function twoAt(place: usize): u32 {
  return bswap(load<u16>(place));
}

export function putTwo(place: usize, value: u32): void {
  store<u16>(place, bswap(<u16>value));
}
