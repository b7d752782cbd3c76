import { hashed } from '../byte-mixer/hash';
import { reserve } from '../byte-mixer/memory';
import { contexts } from './likelihoods';

/** Most kinds of values. */
export const mostKinds: i32 = 80;

/** Values that are remembered, as a power of two: the older ones are forgotten. A value has a word: its kind, and the low bits of what it is. */
const rememberedBits: i32 = 20;
const remembered: i32 = (1 << rememberedBits) - 1;
const valueBits: i32 = 25;
const valueMask: u32 = (1 << valueBits) - 1;

/** By a hash of the last values, the place behind them. */
const placeBits: i32 = 18;
let values: usize = 0;
let places: usize = 0;

/** Values so far. */
let at: i32 = 0;

/** The last few values, of which each one that comes moves the oldest out. */
let lately: u32 = 0;

/** By kind, the last value. */
const last = memory.data(4 * 80, 16);

/** The word before, and the one before that; the last two values that lead. */
let before: u32 = 0;
let beforeThat: u32 = 0;
let leads: u32 = 0;

/** Where what is expected stands, or -1, and how many values before were as expected. */
let expectedAt: i32 = -1;
export let run: i32 = 0;

/** Values that agree before what followed them is expected again; and how many are looked at. */
const least: i32 = 4;
const most: i32 = 8;

/** @returns where its memory ends */
export function beginPast(from: usize): usize {
  values = from;
  places = values + (4 << rememberedBits);
  const end = places + (4 << placeBits);
  reserve(end);
  memory.fill(values, 0, end - values);
  memory.fill(last, 0, 4 * mostKinds);
  at = 0;
  lately = 0;
  before = 0;
  beforeThat = 0;
  leads = 0;
  expectedAt = -1;
  run = 0;
  return end;
}

/** Kinds of values that say texts: what leads tells much less of them. */
const textChoices: u32 = 5;
const knownTexts: u32 = 6;

/** What a value of a kind depends on. */
export function setContexts(kind: u32): void {
  const one = hashed(before, kind);
  const own = load<u32>(last + 4 * kind);
  store<u32>(contexts, one);
  store<u32>(contexts + 4, hashed(own, kind + 0x100));
  store<u32>(contexts + 8, hashed(one, beforeThat));
  store<u32>(
    contexts + 12,
    hashed(hashed(leads, kind + 0x200), kind === textChoices || kind === knownTexts ? own : 0),
  );
}

/** What is expected of a kind, or -1. */
export function expected(kind: u32): i32 {
  if (expectedAt < 0) return -1;
  const word = load<u32>(placeOf(expectedAt));
  return word >>> valueBits === kind ? word & valueMask : -1;
}

function placeOf(index: i32): usize {
  return values + 4 * (index & remembered);
}

/** A value that is known otherwise, and leads: much depends on the last two of these. */
export function passLead(kind: u32, value: u32): void {
  leads = ((leads << 8) | value) & 0xffff;
  pass(kind, value);
}

export function pass(kind: u32, value: u32): void {
  const word = (kind << valueBits) | (value & valueMask);
  if (expectedAt >= 0 && load<u32>(placeOf(expectedAt)) === word) {
    run++;
    expectedAt++;
  } else expectedAt = -1;
  store<u32>(placeOf(at), word);
  at++;
  store<u32>(last + 4 * kind, value);
  beforeThat = before;
  before = word;
  lately = ((lately * 0x2c1b3c6d) << 6) + hashed(word, 1);
  const hash = hashed(lately, 2);
  const place = places + 4 * (hash >>> (32 - placeBits));
  const check = hash << 24;
  if (expectedAt < 0) {
    run = 0;
    const known = load<u32>(place);
    if (known !== 0 && (known & 0xff000000) === check) search(at - ((at - known) & 0xffffff));
  }
  store<u32>(place, check | (at & 0xffffff));
}

/** @param place behind values that may be as the last ones are */
function search(place: i32): void {
  if (at - place > remembered - most) return;
  while (
    run < most &&
    run < place &&
    load<u32>(placeOf(place - 1 - run)) === load<u32>(placeOf(at - 1 - run))
  )
    run++;
  if (run >= least) expectedAt = place;
}
