import { hashed } from '../byte-mixer/hash';
import { reserve } from '../byte-mixer/memory';
import { refuse } from '../class-joiner/refuse';
import { endOf, next, nextByte, readTo, Stream, startOf } from '../class-joiner/streams';
import { codedNibble, setContexts, tablesLength } from './nibbles';

/** What a text is: new; the one that last followed the one before; another known one, of which the number is said. From 3 on, one that is likely. */
enum Choice {
  isNew,
  isExpected,
  isKnown,
  isLikely,
}

/** Slots of each context for choices, and for numbers, as powers of two. */
const choiceBits: u32 = 14;
const numberBits: u32 = 15;

/** Bits of the least numbers. */
const leastLength: i32 = 5;

/** What followed two texts last, by a hash of both, as a power of two. */
const pairBits: u32 = 16;

/** More than any writer has in a section: others have no numbers that are coded. */
export const mostTexts: u32 = 1 << 20;

/**
 * 24 bytes for each text, of which the first is none: three texts that followed it, the last first, and two that followed it among those of its
 * use; 0 for none. Then how often in turn what followed was the first.
 */
const textLength: usize = 24;
const ofUse: usize = 12;
const ofTrust: usize = 20;
const mostTrust: u32 = 15;

const likelyCount: i32 = 5;
const likely = memory.data(32, 16);

/** By use: the last text. */
const lastOf = memory.data(4 * 256, 16);

const choiceTables: usize = (__heap_base + 63) & ~63;
let numberTables: usize = 0;
let pairs: usize = 0;
let table: usize = 0;

let isReading = false;
let known: u32 = 0;
let mostKnown: u32 = 0;
let last: u32 = 0;
let lastButOne: u32 = 0;
let useBefore: u32 = 0;
let run: u32 = 0;

/** @returns where the memory behind begins, none of which is needed here */
export function beginTexts(texts: u32, reading: bool): usize {
  isReading = reading;
  mostKnown = min(texts, mostTexts);
  numberTables = choiceTables + tablesLength(choiceBits);
  pairs = numberTables + tablesLength(numberBits);
  table = pairs + (4 << pairBits);
  const end = table + textLength * (<usize>mostKnown + 1);
  reserve(end);
  memory.fill(choiceTables, 0, end - choiceTables);
  memory.fill(lastOf, 0, 4 * 256);
  known = 0;
  last = 0;
  lastButOne = 0;
  useBefore = 0;
  run = 0;
  return end;
}

function placeOf(text: u32): usize {
  return table + textLength * <usize>text;
}

/** Of the texts of a class file the next one, with the stream in which it was named first. */
export function codeText(use: u32): void {
  const lastOfUse = lastOf + 4 * <usize>use;
  const before = load<u32>(lastOfUse);
  const pair = pairs + 4 * <usize>(hashed(hashed(last, lastButOne), 99) >>> (32 - pairBits));
  const expected = load<u32>(placeOf(last));
  setLikely(pair, before);
  const trust = load<u32>(placeOf(last), ofTrust);
  const runs = run < 4 ? run : run < 8 ? 4 : run < 16 ? 5 : 6;
  const pairTells = tells(load<u32>(pair), expected);
  const signs = 3 * tells(load<u32>(placeOf(before), ofUse), expected) + pairTells;
  setContexts(
    hashed(((((trust << 1) | u32(expected !== 0)) * 9 + signs) << 16) | (runs << 8) | use, 1),
    hashed(hashed(last, use), signs),
  );
  const text = codedText(use, expected);
  learnTrust(expected);
  follow(placeOf(last), text);
  followOfUse(placeOf(before) + ofUse, text);
  store<u32>(pair, text);
  store<u32>(lastOfUse, text);
  lastButOne = last;
  last = text;
  useBefore = use;
}

/** Whether another one is told than is expected: 0 for none, 1 for no other. */
function tells(told: u32, expected: u32): u32 {
  if (told === 0) return 0;
  return told === expected ? 1 : 2;
}

function setLikely(pair: usize, before: u32): void {
  store<u32>(likely, load<u32>(pair));
  store<u64>(likely, load<u64>(placeOf(before), ofUse), 4);
  store<u64>(likely, load<u64>(placeOf(last), 4), 12);
}

/** The text of the next choice. */
function codedText(use: u32, expected: u32): u32 {
  const choice: u32 = isReading ? 0 : choiceToWrite();
  const said: u32 = choice === Choice.isKnown ? numberToWrite() : 0;
  const coded = codedNibble(
    choice === Choice.isKnown ? symbolOf(said) : choice,
    0,
    0,
    choiceTables,
    choiceBits,
  );
  const plain = min(coded, Choice.isKnown);
  if (isReading) writeChoice(plain);
  run = plain === Choice.isExpected ? run + 1 : 0;
  if (plain === Choice.isNew) return newText();
  if (plain === Choice.isExpected) return sound(expected);
  const text = sound(coded === Choice.isKnown ? codedNumber(said - 1, use) + 1 : likelyOne(coded));
  if (isReading) writeNumber(text - 1);
  return text;
}

function likelyOne(coded: i32): u32 {
  const which = coded - Choice.isLikely;
  return which < likelyCount ? load<u32>(likely + 4 * <usize>which) : 0;
}

function newText(): u32 {
  if (known === mostKnown) refuse();
  return ++known;
}

/** A text that there is. */
function sound(text: u32): u32 {
  if (text === 0 || text > known) refuse();
  return text;
}

function choiceToWrite(): u32 {
  const choice = nextByte(Stream.textChoices);
  if (choice > <u32>Choice.isKnown) refuse();
  return choice;
}

function numberToWrite(): u32 {
  const number = next(Stream.knownTexts);
  if (number >= known) refuse();
  return <u32>number + 1;
}

function symbolOf(text: u32): i32 {
  for (let i = 0; i < likelyCount; i++)
    if (load<u32>(likely + 4 * <usize>i) === text) return Choice.isLikely + i;
  return Choice.isKnown;
}

/** A number of up to 20 bits: how many more than five it has, then those behind the first, or all five, four by four. */
function codedNumber(number: u32, use: u32): u32 {
  setContexts(hashed(use, 5), hashed((use << 8) | useBefore, 6));
  const length = <i32>(32 - clz(number));
  const more = codedNibble(max(length - leastLength, 0), 1, 0, numberTables, numberBits);
  const bits = leastLength + more;
  let begun = u32(more > 0);
  let role: u32 = 2;
  for (let left = bits - <i32>begun; left > 0; role++) {
    const some = min(left, 4);
    left -= some;
    const own = (number >>> left) & ((1 << some) - 1);
    const coded = codedNibble(own, role, (begun << 6) ^ (bits << 1) ^ 0x40000000, numberTables, numberBits);
    begun = (begun << some) | (coded & ((1 << some) - 1));
  }
  return begun;
}

function writeChoice(choice: u32): void {
  const at = startOf(Stream.textChoices);
  if (at >= endOf(Stream.textChoices)) refuse();
  store<u8>(at, choice);
  readTo(Stream.textChoices, at + 1);
}

function writeNumber(number: u32): void {
  let at = startOf(Stream.knownTexts);
  let rest = number;
  for (; rest >= 0x80; rest >>>= 7) store<u8>(at++, rest | 0x80);
  store<u8>(at++, rest);
  if (at > endOf(Stream.knownTexts)) refuse();
  readTo(Stream.knownTexts, at);
}

function learnTrust(expected: u32): void {
  if (expected === 0) return;
  const place = placeOf(last);
  const trust = load<u32>(place, ofTrust);
  store<u32>(place, run > 0 ? min(trust + 1, mostTrust) : trust >>> 1, ofTrust);
}

function follow(place: usize, text: u32): void {
  const first = load<u32>(place);
  if (first === text) return;
  const second = load<u32>(place, 4);
  if (second !== text) store<u32>(place, second, 8);
  store<u32>(place, first, 4);
  store<u32>(place, text);
}

function followOfUse(place: usize, text: u32): void {
  const first = load<u32>(place);
  if (first === text) return;
  store<u32>(place, first, 4);
  store<u32>(place, text);
}
