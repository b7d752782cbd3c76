import { putTwo, twoAt } from './bytes';
import {
  beforeIndexes,
  countOf,
  handleTag,
  indexCount,
  lengthBehind,
  mostConstants,
  oldPool,
  placeOf,
  slots,
  startOf,
  tagOf,
  textTag,
} from './constants';
import { beginExpecting, expected, isFree, otherExpected, place } from './expected-constants';
import { Flaw, refuse } from './flaw';
import { next, nextByte, nextSigned, Stream, take, unfolded } from './streams';

/** By index of a new constant: its tag; and the old one that it is, 16 bits, or 0. */
const tags = memory.data(65538, 8);
const sources = memory.data(131076, 8);

/** By index of an old constant the new one that it became, 16 bits, or 0. */
export const renumbered = memory.data(131072, 8);

/** Of an old index, whatever it is. */
export function renumberedOf(index: u32): u32 {
  return index < countOf(oldPool) ? load<u16>(renumbered + 2 * index) : 0;
}

/** The last number of each kind: indexes by tag and field, numbers of bootstraps, shifts of those that are copied; 32 bits. */
const lastNumbers = memory.data(176, 8);
const bootstrapKind: u32 = 42;
const shiftKind: u32 = 43;

/** Where the next byte goes, and what nothing goes beyond. */
let to: usize = 0;
let limit: usize = 0;

/** Texts until the next one that is edited, and that one. */
let untilEdit: u64 = 0;

/** Makes the constants of a class file of the old ones, at a place, and returns where they end. */
export function makeConstants(start: usize, end: usize): usize {
  const isOfOldVersion = nextByte(Stream.classes) === 0;
  const version = isOfOldVersion ? startOf(oldPool) + 4 : take(Stream.numbers, 4);
  const count = <i64>countOf(oldPool) + nextSigned(Stream.classes);
  if (count < 1 || count >= <i64>mostConstants) refuse(Flaw.constantCount, <f64>count);
  readRuns(<u32>count);
  to = start;
  limit = end;
  put(startOf(oldPool), 4);
  put(version, 4);
  putNumber(count);
  memory.fill(lastNumbers, 0, 176);
  untilEdit = next(Stream.edits);
  for (let index: u32 = 1; index < <u32>count; ) {
    const tag: u32 = load<u8>(tags + index);
    const length = lengthBehind(tag);
    const source: u32 = load<u16>(sources + 2 * index);
    if (to === limit) refuse(Flaw.tooLong);
    store<u8>(to++, tag);
    if (source === 0) putNew(tag, length);
    else putOld(tag, length, placeOf(oldPool, source));
    index += slots(tag);
  }
  if (untilEdit !== 0) refuse(Flaw.editLeft);
  return to;
}

/** Which constants there are, and which of them are old ones. */
function readRuns(count: u32): void {
  memory.fill(sources, 0, 2 * count);
  memory.fill(renumbered, 0, 2 * countOf(oldPool));
  const order = nextByte(Stream.classes);
  if (order > 1) refuse(Flaw.unknownOrder, order);
  beginExpecting(order === 1);
  let index: u32 = 1;
  while (index < count) {
    for (let literals = next(Stream.literals); literals > 0; literals--)
      index = passed(index, nextByte(Stream.tags), count);
    if (index === count) break;
    let source = sought(next(Stream.seeks));
    const run = next(Stream.runs);
    if (run === 0) refuse(Flaw.emptyRun);
    for (let left = run; left > 0; left--) {
      if (!isFree(source)) refuse(Flaw.notFree, <f64>source);
      const old = <u32>source;
      store<u16>(sources + 2 * index, old);
      store<u16>(renumbered + 2 * old, index);
      index = passed(index, tagOf(oldPool, old), count);
      place(old);
      source = expected();
    }
  }
}

/** Gives the next constant its tag, and returns the index of the one behind it. */
function passed(index: u32, tag: u32, count: u32): u32 {
  store<u8>(tags + index, tag);
  const behind = index + slots(tag);
  if (behind > count) refuse(Flaw.moreConstants, count);
  return behind;
}

function sought(seek: u64): i64 {
  if (seek === 1) return otherExpected();
  return <i64>expected() + unfolded(seek < 2 ? 0 : seek - 2);
}

function putNew(tag: u32, length: u32): void {
  if (tag === textTag) {
    const size = next(Stream.textLengths);
    putNumber(<i64>size);
    put(take(Stream.texts, size), <u32>size);
    return;
  }
  const indexes = indexCount(tag);
  if (indexes === 0) put(take(Stream.numbers, length), length);
  else if (tag === handleTag) put(take(Stream.numbers, 1), 1);
  else if (beforeIndexes(tag) === 2) putNumber(sum(bootstrapKind, Stream.bootstraps));
  for (let field: u32 = 0; field < indexes; field++) putNumber(sum(2 * tag + field, Stream.indexes));
}

/** @param from where the old one stands, behind its tag */
function putOld(tag: u32, length: u32, from: usize): void {
  if (tag === textTag) {
    putOldText(from + 2, twoAt(from));
    return;
  }
  const indexes = indexCount(tag);
  if (indexes === 0) put(from, length);
  else if (tag === handleTag) put(from, 1);
  else if (beforeIndexes(tag) === 2) putNumber(<i64>twoAt(from) + sum(shiftKind, Stream.bootstraps));
  for (let field: u32 = 0; field < indexes; field++) {
    const index = renumberedOf(twoAt(from + beforeIndexes(tag) + 2 * field));
    if (index === 0) refuse(Flaw.notRenumbered);
    putNumber(index);
  }
}

function putOldText(from: usize, length: u32): void {
  if (untilEdit !== 1) {
    if (untilEdit > 1) untilEdit--;
    put(from - 2, length + 2);
    return;
  }
  const before = next(Stream.edits);
  const behind = next(Stream.edits);
  if (before + behind > length) refuse(Flaw.moreThanText);
  const size = next(Stream.textLengths);
  putNumber(<i64>(before + size + behind));
  put(from, <u32>before);
  put(take(Stream.texts, size), <u32>size);
  put(from + length - <u32>behind, <u32>behind);
  untilEdit = next(Stream.edits);
}

/** The last number of a kind and the next difference from it. */
function sum(kind: u32, differences: Stream): i64 {
  const place = lastNumbers + 4 * kind;
  const value = <i64>load<i32>(place) + nextSigned(differences);
  store<i32>(place, <i32>value);
  return value;
}

function putNumber(value: i64): void {
  if (value < 0 || value > 0xffff) refuse(Flaw.noIndex, <f64>value);
  if (limit - to < 2) refuse(Flaw.tooLong);
  putTwo(to, <u32>value);
  to += 2;
}

function put(from: usize, length: u32): void {
  if (length > <u32>(limit - to)) refuse(Flaw.tooLong);
  memory.copy(to, from, length);
  to += length;
}
