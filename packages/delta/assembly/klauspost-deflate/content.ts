/** How far back a match may lie. */
export const reach: i32 = 1 << 15;
/** Bytes that are looked at together; a block of the stream stands for so many, or for those that are left. */
export const windowSize: i32 = 65535;
/** Nothing is looked for in the last bytes of a window. */
export const margin: i32 = 11;

const capacity: i32 = 196608;
/** Places are counted from here. Behind the end lies what a search may read, but never takes for content. */
export const content = memory.data(196624, 8);

/** Where the window begins, and where what was copied here ends. */
let start: i32 = 0;
let end: i32 = 0;

export function clearContent(): void {
  start = 0;
  end = 0;
}

export function windowStart(): i32 {
  return start;
}

export function contentEnd(): i32 {
  return end;
}

export function roomBehind(): i32 {
  return capacity - end;
}

export function grow(size: i32): void {
  end += size;
}

/** Eight of them, the first one lowest. */
export function bytesAt(place: i32): u64 {
  return load<u64>(content + place);
}

/** The window begins here. */
export function moveWindow(to: i32): void {
  start = to;
}

/**
 * Forgets what nothing can reach any more, as soon as there is no room for a whole window.
 * @returns how far all places have moved down
 */
export function makeRoom(): i32 {
  if (roomBehind() > windowSize) return 0;
  const gone = start - reach;
  memory.copy(content, content + gone, end - gone);
  start -= gone;
  end -= gone;
  return gone;
}

/** Forgets all but the last bytes, which stand before what comes next. */
export function keepLast(size: i32): void {
  memory.copy(content, content + end - size, size);
  start = size;
  end = size;
}
