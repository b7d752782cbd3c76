import { Flaw, refuse } from './flaw';

/** The streams of a section with class files, in the order of the format. */
export enum Stream {
  classes,
  literals,
  seeks,
  runs,
  tags,
  indexes,
  numbers,
  bootstraps,
  edits,
  textLengths,
  texts,
}

/** By stream: where what is left of it begins, and where it ends; 32 bits each. */
const places = memory.data(88, 8);

/** @see packages/delta/src/varint.ts */
const longest: i32 = 8;
const largest: u64 = 0x1fffffffffffff;

export function openStream(stream: Stream, start: usize, length: u32): void {
  store<u32>(placeOf(stream), start);
  store<u32>(placeOf(stream), start + length, 4);
}

function placeOf(stream: Stream): usize {
  return places + 8 * <usize>stream;
}

export function leftOf(stream: Stream): u32 {
  const place = placeOf(stream);
  return load<u32>(place, 4) - load<u32>(place);
}

/** Passes so many bytes, and returns where they stand. */
export function take(stream: Stream, length: u64): usize {
  if (length > leftOf(stream)) refuse(Flaw.streamEnds, stream);
  const place = placeOf(stream);
  const start = load<u32>(place);
  store<u32>(place, start + <u32>length);
  return start;
}

export function nextByte(stream: Stream): u32 {
  return load<u8>(take(stream, 1));
}

export function next(stream: Stream): u64 {
  let value: u64 = 0;
  for (let i = 0; i < longest; i++) {
    const byte: u64 = nextByte(stream);
    value |= (byte & 0x7f) << (7 * i);
    if (byte >= 0x80) continue;
    if (value > largest) refuse(Flaw.largeNumber, stream);
    return value;
  }
  refuse(Flaw.largeNumber, stream);
  return 0;
}

export function nextSigned(stream: Stream): i64 {
  return unfolded(next(stream));
}

/** 0, 1, 2, 3, ... as 0, -1, 1, -2, ... */
export function unfolded(value: u64): i64 {
  return <i64>(value >> 1) ^ -(<i64>(value & 1));
}
