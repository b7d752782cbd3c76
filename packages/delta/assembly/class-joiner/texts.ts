import { attributeNamed } from './attributes';
import { pass, put } from './output';
import { refuse } from './refuse';
import { endOf, next, nextByte, readTo, Stream, startOf } from './streams';

/** What a text is to those before it, as in packages/delta/src/class/known-texts.ts. */
enum Choice {
  isNew,
  isExpected,
  isKnown,
}

/**
 * Bytes for each text: where it begins, what of this table last stood behind it, 0 if none did, 32 bits each; its length, 16 bits; and which attribute it
 * names. The first one is of no text: what stood at the beginning.
 */
export const textRoom: usize = 12;

let table: usize = 0;
let known: u64 = 0;
let most: u64 = 0;
let last: usize = 0;

/**
 * @param room where the table belongs
 * @param mostTexts that it has room for
 */
export function beginTexts(room: usize, mostTexts: u32): void {
  table = room;
  known = 0;
  most = mostTexts;
  last = table;
  store<u32>(table, 0, 4);
}

/** Puts the next text with its length, and returns the number of the attribute that it names, or 0. */
export function putText(): u32 {
  const text = nextText();
  store<u32>(last, text, 4);
  last = text;
  const length: u32 = load<u16>(text, 8);
  put(length);
  copy(<usize>load<u32>(text), pass(length), length);
  return load<u8>(text, 10);
}

function nextText(): usize {
  const choice = nextByte(Stream.textChoices);
  if (choice === Choice.isNew) return newText();
  if (choice === Choice.isKnown) {
    const number = next(Stream.knownTexts);
    if (number >= known) refuse();
    return placeOf(number);
  }
  if (choice !== Choice.isExpected) refuse();
  const text = load<u32>(last, 4);
  if (text === 0) refuse();
  return text;
}

function placeOf(number: u64): usize {
  return table + textRoom * (<usize>number + 1);
}

function newText(): usize {
  if (known === most) refuse();
  const text = placeOf(known++);
  const start = startOf(Stream.texts);
  const end = endOfText(start);
  if (end >= endOf(Stream.texts) || end - start > 0xffff) refuse();
  readTo(Stream.texts, end + 1);
  const length = <u32>(end - start);
  store<u32>(text, start);
  store<u32>(text, 0, 4);
  store<u16>(text, length, 8);
  store<u8>(text, attributeNamed(start, length), 10);
  return text;
}

/** Where the next byte 0 is. Memory ends behind all streams: so does the call, where there is none. */
function endOfText(start: usize): usize {
  let at = start;
  let zeros = zerosAt(at);
  while (zeros === 0) {
    at += 16;
    zeros = zerosAt(at);
  }
  return at + ctz(zeros);
}

/** A bit for each of sixteen bytes, the lowest for the first. */
function zerosAt(place: usize): i32 {
  return i8x16.bitmask(i8x16.eq(v128.load(place), i32x4.splat(0)));
}

/** Copies so many bytes, and up to fifteen more, which are those of others that come, or slack. */
function copy(from: usize, to: usize, length: u32): void {
  for (let at: u32 = 0; at < length; at += 16) v128.store(to + at, v128.load(from + at));
}
