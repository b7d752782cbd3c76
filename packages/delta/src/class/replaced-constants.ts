import { peekU2 } from './class-cursor.ts';
import { type ConstantPool, constantTag } from './constant-pool.ts';

const t = constantTag;
const members: readonly number[] = [t.field, t.method, t.interfaceMethod];

/** What a constant is still known by when the rest of it changed; 0 for a part that is gone. */
type Trait = (pool: ConstantPool, index: number, renumbered?: Uint16Array) => number;

/** In this order: the more telling first. */
const traits: readonly Trait[] = [
  (pool, index, renumbered) =>
    isMember(pool, index)
      ? both(part(pool, index, 0, renumbered), part(pool, partAt(pool, index, 2), 0, renumbered))
      : 0,
  (pool, index, renumbered) => (isMember(pool, index) ? part(pool, index, 2, renumbered) : 0),
  (pool, index, renumbered) => (isMember(pool, index) ? part(pool, index, 0, renumbered) : 0),
  (pool, index, renumbered) => (pool.tags[index] === t.nameAndType ? part(pool, index, 0, renumbered) : 0),
  (pool, index) => (pool.tags[index] === t.class ? 1 : 0),
  (pool, index) => (pool.tags[index] === t.string ? 1 : 0),
  (pool, index) => (pool.tags[index] === t.utf8 ? 1 : 0),
];

/**
 * Takes old constants that are gone and new ones in their order for replaced by each other where they have a trait in common: at the places
 * that named the one, mostly the other is named. Both sides guess alike; `renumbered` is filled.
 */
export function renumberReplaced(old: ConstantPool, now: ConstantPool, renumbered: Uint16Array): void {
  const isOld = new Uint8Array(now.count);
  for (let index = 1; index < old.count; index++) isOld[renumbered[index] as number] = 1;
  let gone = indexesOf(old, renumbered);
  let added = indexesOf(now, isOld);
  for (const trait of traits) {
    if (gone.length === 0 || added.length === 0) return;
    const byKey = new Map<number, number[]>();
    // The first of each key is the last of its list.
    for (const index of gone.toReversed()) {
      const key = keyed(old, index, trait(old, index, renumbered));
      if (key === 0) continue;
      const same = byKey.get(key);
      if (same === undefined) byKey.set(key, [index]);
      else same.push(index);
    }
    if (byKey.size === 0) continue;
    for (const index of added) {
      const source = byKey.get(keyed(now, index, trait(now, index)))?.pop();
      if (source === undefined) continue;
      renumbered[source] = index;
      isOld[index] = 1;
    }
    gone = gone.filter((index) => renumbered[index] === 0);
    added = added.filter((index) => isOld[index] === 0);
  }
}

/** Of all constants that are not `passed`. */
function indexesOf({ count, tags }: ConstantPool, passed: Uint8Array | Uint16Array): number[] {
  const indexes: number[] = [];
  for (let index = 1; index < count; index++)
    if (tags[index] !== 0 && passed[index] === 0) indexes.push(index);
  return indexes;
}

function keyed({ tags }: ConstantPool, index: number, key: number): number {
  return key === 0 ? 0 : key * 32 + (tags[index] as number);
}

function isMember({ tags }: ConstantPool, index: number): boolean {
  return members.includes(tags[index] as number);
}

function partAt({ bytes, offsets }: ConstantPool, index: number, offset: number): number {
  return peekU2(bytes, (offsets[index] as number) + offset);
}

function part(pool: ConstantPool, index: number, offset: number, renumbered?: Uint16Array): number {
  const shaped = pool.tags[index];
  if (shaped === undefined || shaped < t.field || shaped > t.nameAndType) return 0;
  const value = partAt(pool, index, offset);
  return renumbered === undefined ? value : (renumbered[value] ?? 0);
}

function both(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * 0x10000 + b;
}
