import { putTwo } from '../class-leveller/bytes';
import { refuse } from './refuse';
import { next, nextByte, nextSigned, nextUpTo, Stream, take } from './streams';

/** Bytes behind the contents that belong to nothing: what is copied sixteen bytes at a time goes beyond its end. */
export const slack: u32 = 16;

/** Where the next byte of the contents belongs, and where all of them end. */
let at: usize = 0;
let end: usize = 0;

export function beginOutput(start: usize, length: u32): void {
  at = start;
  end = start + length;
}

export function position(): usize {
  return at;
}

/** Bytes that are missing. */
export function left(): u32 {
  return <u32>(end - at);
}

/** Passes so many bytes, and returns where they belong. */
export function pass(length: u32): usize {
  if (length > left()) refuse();
  const start = at;
  at += length;
  return start;
}

/** The next value of a stream: that many bytes of the contents. */
export function one(stream: Stream): u32 {
  const value = nextByte(stream);
  store<u8>(pass(1), value);
  return value;
}

export function two(stream: Stream): u32 {
  const value = nextUpTo(0xffff, stream);
  put(value);
  return value;
}

/** Of what follows, where the stream has it with others. */
export function count(): u32 {
  return two(Stream.counts);
}

/** What does not fit is cut off, but returned whole. */
export function four(stream: Stream): u64 {
  const value = next(stream);
  store<u32>(pass(4), bswap(<u32>value));
  return value;
}

/** Two bytes. */
export function put(value: u32): void {
  putTwo(pass(2), value);
}

/** Bytes of a stream as they stand. */
export function bytes(stream: Stream, length: u64): void {
  if (length > left()) refuse();
  const to = pass(<u32>length);
  memory.copy(to, take(stream, <u32>length), <u32>length);
}

/** Two bytes that are `from` and a difference. */
export function difference(stream: Stream, from: u32): u32 {
  const value = <i64>from + nextSigned(stream);
  if (value < 0 || value > 0xffff) refuse();
  put(<u32>value);
  return <u32>value;
}

/** Two bytes, of which the stream has what is left of `whole` behind them. */
export function remainder(stream: Stream, whole: u32): void {
  put(whole - nextUpTo(0xffff, stream));
}
