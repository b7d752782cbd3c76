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
  for (const index of renumbered) isOld[index] = 1;
  for (const trait of traits) {
    const first = new Map<number, number>();
    const next = new Uint16Array(old.count);
    for (let index = old.count - 1; index > 0; index--) {
      if (old.tags[index] === 0 || renumbered[index] !== 0) continue;
      const key = keyed(old, index, trait(old, index, renumbered));
      if (key === 0) continue;
      next[index] = first.get(key) ?? 0;
      first.set(key, index);
    }
    if (first.size === 0) continue;
    for (let index = 1; index < now.count; index++) {
      if (now.tags[index] === 0 || isOld[index] !== 0) continue;
      const source = first.get(keyed(now, index, trait(now, index))) ?? 0;
      if (source === 0) continue;
      first.set(keyed(now, index, trait(now, index)), next[source] as number);
      renumbered[source] = index;
      isOld[index] = 1;
    }
  }
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
