import { twoAt } from './bytes';
import {
  countOf,
  firstMemberTag,
  lastMemberTag,
  nameAndTypeTag,
  newPool,
  oldPool,
  placeOf,
  stringTag,
  tagOf,
  textTag,
  typeTag,
} from './constants';
import { renumbered, renumberedOf } from './made-constants';
import { firstFrom, sort } from './sorted';

/** What a constant is still known by when the rest of it changed: the more telling first. */
enum Trait {
  ownerAndName,
  nameAndType,
  owner,
  name,
  type,
  string,
  text,
}

/** By index of a new constant, whether it was an old one. */
const isOld = memory.data(65536, 8);

/** Indexes of old constants that are gone, and of new ones that are added, 16 bits each; those that still are so are moved to the front. */
const gone = memory.data(131072, 8);
const added = memory.data(131072, 8);

/**
 * In ascending order: keys of those that are gone, and behind each key, in 16 bits, the place among those; 64 bits each. By the first of each key, how
 * many of it are taken; 16 bits.
 */
const keyed = memory.data(524288, 8);
const taken = memory.data(131072, 8);
let keyedCount: u32 = 0;

/** The same as packages/delta/src/class/replaced-constants.ts. */
export function renumberReplaced(): void {
  const oldCount = countOf(oldPool);
  memory.fill(isOld, 0, countOf(newPool));
  let goneCount: u32 = 0;
  for (let index: u32 = 1; index < oldCount; index++) {
    const now: u32 = load<u16>(renumbered + 2 * index);
    if (now !== 0) store<u8>(isOld + now, 1);
    else if (tagOf(oldPool, index) !== 0) store<u16>(gone + 2 * goneCount++, index);
  }
  let addedCount: u32 = 0;
  for (let index: u32 = 1; index < countOf(newPool); index++)
    if (tagOf(newPool, index) !== 0 && load<u8>(isOld + index) === 0)
      store<u16>(added + 2 * addedCount++, index);
  for (let trait: Trait = Trait.ownerAndName; trait <= Trait.text; trait++) {
    if (goneCount === 0 || addedCount === 0) return;
    listKeys(trait, goneCount);
    if (keyedCount === 0) continue;
    addedCount = replace(trait, addedCount);
    goneCount = stillGone(goneCount);
  }
}

function listKeys(trait: Trait, count: u32): void {
  keyedCount = 0;
  for (let place: u32 = 0; place < count; place++) {
    const key = keyOf(oldPool, load<u16>(gone + 2 * place), trait);
    if (key !== 0) store<u64>(keyed + 8 * keyedCount++, (key << 16) | place);
  }
  sort(keyed, keyedCount);
  memory.fill(taken, 0, 2 * keyedCount);
}

/** Each that is added takes the first of its key. Returns how many still are added. */
function replace(trait: Trait, count: u32): u32 {
  let left: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const index: u32 = load<u16>(added + 2 * i);
    const place = takenPlace(keyOf(newPool, index, trait));
    if (place < 0) store<u16>(added + 2 * left++, index);
    else store<u16>(renumbered + 2 * <u32>load<u16>(gone + 2 * place), index);
  }
  return left;
}

/** Takes the first that has the key and is not taken; -1 where there is none. */
function takenPlace(key: u64): i32 {
  const first = firstFrom(keyed, keyedCount, key << 16);
  const next = first + <u32>load<u16>(taken + 2 * first);
  const found = next < keyedCount ? load<u64>(keyed + 8 * next) : 0;
  if (key === 0 || found >> 16 !== key) return -1;
  store<u16>(taken + 2 * first, next - first + 1);
  return <i32>(found & 0xffff);
}

function stillGone(count: u32): u32 {
  let left: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const index: u32 = load<u16>(gone + 2 * i);
    if (load<u16>(renumbered + 2 * index) === 0) store<u16>(gone + 2 * left++, index);
  }
  return left;
}

/** 0 where it has no such trait. */
function keyOf(pool: usize, index: u32, trait: Trait): u64 {
  const tag = tagOf(pool, index);
  const value = traitOf(pool, index, tag, trait);
  return value === 0 ? 0 : (value << 5) | tag;
}

function traitOf(pool: usize, index: u32, tag: u32, trait: Trait): u64 {
  switch (trait) {
    case Trait.type:
      return u64(tag === typeTag);
    case Trait.string:
      return u64(tag === stringTag);
    case Trait.text:
      return u64(tag === textTag);
    case Trait.name:
      return tag === nameAndTypeTag ? part(pool, index, 0) : 0;
  }
  if (tag < firstMemberTag || tag > lastMemberTag) return 0;
  if (trait === Trait.nameAndType) return part(pool, index, 2);
  const owner: u64 = part(pool, index, 0);
  if (trait === Trait.owner) return owner;
  const name: u64 = part(pool, twoAt(placeOf(pool, index) + 2), 0);
  return owner === 0 || name === 0 ? 0 : (owner << 16) | name;
}

/** An index of a member, or of a name and type, as the new class file has it; 0 of anything else. */
function part(pool: usize, index: u32, offset: usize): u32 {
  const tag = tagOf(pool, index);
  if (tag < firstMemberTag || tag > nameAndTypeTag) return 0;
  const value = twoAt(placeOf(pool, index) + offset);
  return pool === oldPool ? renumberedOf(value) : value;
}
