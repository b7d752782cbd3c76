import { refuse } from './refuse';

/** Constants that a number may mean, as in packages/delta/src/class/typed-streams.ts; of `none`, none does. */
export enum Group {
  none,
  texts,
  types,
  fields,
  methods,
  parts,
  handles,
  calls,
  values,
  all,
}

/** By tag: the group of the constant, and whether it is one of the values as well; 255 for an unknown tag. */
const groups = memory.data<u8>([255, 1, 255, 0, 0, 0, 0, 2, 0, 3, 4, 4, 5, 255, 255, 6, 0, 7, 7, 0, 0]);
const areValues = memory.data<u8>([0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0]);

const highestTag: u32 = 20;

const groupCount: u32 = 10;

/** More than any class file has. */
const mostConstants: usize = 1 << 16;

/** Room for a group, so that no two of them compete for the same lines of the cache, and sixteen bytes at a time may be cleared. */
const indexRoom: usize = 2 * mostConstants + 192;
const nameRoom: usize = mostConstants + 192;

/** By group: how many constants it has, and the rank from which on one is expected; 32 bits each. */
const heads = memory.data(80, 8);

/** By group and rank: the index, 16 bits; and whether it was named. */
const indexes = memory.data(1312640, 16);
const areNamed = memory.data(657280, 16);

/** By index: the rank of a text; and one more than what stood beside a constant last, 32 bits, 0 where none did. */
const textRanks = memory.data(131072, 16);
const besides = memory.data(262160, 16);

const none: u64 = 1;
const firstRank: u64 = 2;

/** Before the constants of a class file. */
export function beginRanks(): void {
  memory.fill(heads, 0, 8 * groupCount);
}

/** Adds a constant, of an index above all others. */
export function addConstant(index: u32, tag: u32): void {
  const group: Group = tag <= highestTag ? load<u8>(groups + tag) : 255;
  if (group === 255) refuse();
  store<u16>(textRanks + 2 * <usize>index, countOf(group));
  add(group, index);
  if (load<u8>(areValues + tag) !== 0) add(Group.values, index);
  add(Group.all, index);
}

function add(group: Group, index: u32): void {
  const count = countOf(group);
  store<u16>(indexesOf(group) + 2 * <usize>count, index);
  store<u32>(headOf(group), count + 1);
}

/**
 * When all are added: none is named yet.
 * @param count one more than the highest index
 */
export function openRanks(count: u32): void {
  for (let group: u32 = Group.texts; group < groupCount; group++) forget(group);
  clear(besides, 4 * count);
}

/** Forgets which ones were named; but not of texts. */
export function beginBody(): void {
  for (let group: u32 = Group.types; group < groupCount; group++) forget(group);
}

function forget(group: Group): void {
  // With one behind the last, where a search ends.
  clear(namesOf(group), countOf(group) + 1);
  store<u32>(headOf(group), 0, 4);
}

/** Clears so many bytes, and up to fifteen more. */
function clear(start: usize, length: u32): void {
  for (let at: u32 = 0; at < length; at += 16) v128.store(start + at, i32x4.splat(0));
}

function headOf(group: Group): usize {
  return heads + 8 * <usize>group;
}

function countOf(group: Group): u32 {
  return load<u32>(headOf(group));
}

function indexesOf(group: Group): usize {
  return indexes + indexRoom * <usize>group;
}

function namesOf(group: Group): usize {
  return areNamed + nameRoom * <usize>group;
}

/** The index that a number means: see packages/delta/src/class/ranked-constants.ts. */
export function constantIn(group: Group, number: u64): u32 {
  if (number === none) return 0;
  const rank = number === 0 ? expected(group) : number - firstRank;
  if (rank >= <u64>countOf(group)) refuse();
  name(group, <u32>rank);
  return load<u16>(indexesOf(group) + 2 * <usize>rank);
}

function expected(group: Group): u64 {
  const names = namesOf(group);
  let rank: usize = load<u32>(headOf(group), 4);
  while (load<u8>(names + rank) !== 0) rank++;
  return rank;
}

function name(group: Group, rank: u32): void {
  const isNamed = namesOf(group) + rank;
  if (load<u8>(isNamed) !== 0) return;
  store<u8>(isNamed, 1);
  store<u32>(headOf(group), rank + 1, 4);
}

/** Takes a text, or none, as named. */
export function nameText(index: u32): void {
  if (index !== 0) name(Group.texts, load<u16>(textRanks + 2 * <usize>index));
}

/** The text that a number means where it mostly is the one that stood beside that other one before. */
export function textBeside(number: u64, other: u32): u32 {
  const place = besides + 4 * <usize>other;
  const usual = load<u32>(place);
  if (usual !== 0 && number === 0) {
    nameText(usual - 1);
    return usual - 1;
  }
  const index = constantIn(Group.texts, usual === 0 ? number : number - 1);
  store<u32>(place, index + 1);
  return index;
}
