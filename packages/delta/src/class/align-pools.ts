import { countUpTo } from '../count-up-to.ts';
import { peekU2 } from './class-cursor.ts';
import { type ConstantPool, constantTag, shapeOf, textBytes, textOf } from './constant-pool.ts';

interface PoolAlignment {
  /** By new index the old one, or 0. */
  readonly sources: Uint16Array;
  /** By old index the new one, or 0. */
  readonly renumbered: Uint16Array;
}

/**
 * By index of a new constant the old one that it is, or was before its text changed, or 0: no old one twice.
 *
 * Finds the constants of an older class again, by what they hold: texts and numbers first, then what is made of those, and so on. A text
 * that is gone and a similar one that is new are taken for the same, and with them all that is made of them.
 */
export function alignPools(old: ConstantPool, now: ConstantPool): Uint16Array {
  const alignment = { sources: new Uint16Array(now.count), renumbered: new Uint16Array(old.count) };
  const olds = byLevel(old);
  for (const [level, news] of byLevel(now).entries()) {
    const before = olds[level] as number[];
    if (level === 0) {
      pairEqual(alignment, before, news, leafKey, old, now);
      pairSimilarTexts(old, now, alignment);
    } else pairEqual(alignment, before, news, childKey, old, now);
  }
  return alignment.sources;
}

const t = constantTag;

/** Tags of texts and numbers, and of constants that are made only of those before. */
const levels: readonly (readonly number[])[] = [
  [t.utf8, t.integer, t.float, t.long, t.double],
  [t.class, t.string, t.methodType, t.module, t.package],
  [t.nameAndType],
  [t.field, t.method, t.interfaceMethod],
  [t.methodHandle],
  [t.dynamic, t.invokeDynamic],
];

/** By tag; no level where no constant is. */
const levelOf = Uint8Array.from({ length: 256 }, (_, tag) => levels.findIndex((tags) => tags.includes(tag)));

/** For each level the indexes of its constants. */
function byLevel({ count, tags }: ConstantPool): number[][] {
  const indexes = levels.map((): number[] => []);
  for (let index = 1; index < count; index++)
    if (tags[index] !== 0) indexes[levelOf[tags[index] as number] as number]?.push(index);
  return indexes;
}

type Key = string | number | undefined;

/** Of several that are equal, the first ones are paired, then the second ones. */
function pairEqual(
  alignment: PoolAlignment,
  olds: readonly number[],
  news: readonly number[],
  keyOf: (pool: ConstantPool, index: number, renumbered?: Uint16Array) => Key,
  old: ConstantPool,
  now: ConstantPool,
): void {
  if (olds.length === 0 || news.length === 0) return;
  const first = new Map<Key, number>();
  const next = new Uint16Array(old.count);
  for (const index of olds.toReversed()) {
    const key = keyOf(old, index, alignment.renumbered);
    if (key === undefined) continue;
    next[index] = first.get(key) ?? 0;
    first.set(key, index);
  }
  for (const index of news) {
    const key = keyOf(now, index);
    const source = first.get(key) ?? 0;
    if (source === 0) continue;
    first.set(key, next[source] as number);
    pair(alignment, source, index);
  }
}

function pair({ sources, renumbered }: PoolAlignment, old: number, now: number): void {
  sources[now] = old;
  renumbered[old] = now;
}

function leafKey(pool: ConstantPool, index: number): Key {
  const tag = pool.tags[index] as number;
  if (tag === t.utf8) return textOf(pool, index);
  const offset = pool.offsets[index] as number;
  const length = tag === t.integer || tag === t.float ? 4 : 8;
  return `${tag} ${Buffer.from(pool.bytes.subarray(offset, offset + length)).toString('hex')}`;
}

/**
 * Of what a constant is made, by the new indexes; nothing where a part of an old constant is gone. Which bootstrap method a call site has
 * is left out: these are numbered anew when one is put in.
 */
function childKey({ bytes, tags, offsets }: ConstantPool, index: number, renumbered?: Uint16Array): Key {
  const tag = tags[index] as number;
  const offset = offsets[index] as number;
  const child = (at: number): number => {
    const value = peekU2(bytes, at);
    return renumbered === undefined ? value : (renumbered[value] ?? 0);
  };
  const shape = shapeOf(tag);
  let first = 0;
  let second = 0;
  if (shape.holds === 'indexes') {
    first = child(offset);
    second = shape.count === 2 ? child(offset + 2) : 1;
  } else if (shape.holds === 'handle') {
    first = (bytes[offset] as number) + 1;
    second = child(offset + 1);
  } else {
    first = 1;
    second = child(offset + 2);
  }
  return first === 0 || second === 0 ? undefined : (tag * 0x10000 + first) * 0x10000 + second;
}

/** Old texts that are looked at for each new one. */
const nearTexts = 6;

function pairSimilarTexts(old: ConstantPool, now: ConstantPool, alignment: PoolAlignment): void {
  const gone: number[] = [];
  for (let index = 1; index < old.count; index++)
    if (old.tags[index] === t.utf8 && alignment.renumbered[index] === 0) gone.push(index);
  if (gone.length === 0) return;
  // The first of each pattern is the last of its list: taking it must not cost more where there are many.
  const byPattern = new Map<string, number[]>();
  for (const index of gone.toReversed()) {
    const pattern = patternOf(textOf(old, index));
    const same = byPattern.get(pattern);
    if (same === undefined) byPattern.set(pattern, [index]);
    else same.push(index);
  }
  const isFree = (index: number): boolean => alignment.renumbered[index] === 0;
  const isNew = (index: number): boolean => now.tags[index] === t.utf8 && alignment.sources[index] === 0;
  for (let index = 1; index < now.count; index++) {
    if (!isNew(index)) continue;
    const same = byPattern.get(patternOf(textOf(now, index)))?.pop();
    if (same !== undefined) pair(alignment, same, index);
  }
  const left = gone.filter(isFree);
  let place = 0;
  for (let index = 1; index < now.count; index++) {
    if (now.tags[index] !== t.utf8) continue;
    const source = alignment.sources[index] as number;
    if (source !== 0) {
      place = source;
      continue;
    }
    const similar = mostSimilar(old, left, place, isFree, textOf(now, index));
    if (similar === 0) continue;
    pair(alignment, similar, index);
    place = similar;
  }
}

function mostSimilar(
  old: ConstantPool,
  gone: readonly number[],
  place: number,
  isFree: (index: number) => boolean,
  text: string,
): number {
  let best = 0;
  let most = text.length / 2 + 1;
  let seen = 0;
  for (let i = countUpTo(gone, place); i < gone.length && seen < nearTexts; i++) {
    const index = gone[i] as number;
    if (!isFree(index)) continue;
    seen++;
    const { length } = textBytes(old, index);
    // Not worth reading: they share too little, whatever they are.
    if (length <= most || text.length < length / 2) continue;
    const shared = sharedLength(text, textOf(old, index));
    if (shared <= most || shared < length / 2) continue;
    most = shared;
    best = index;
  }
  return best;
}

function sharedLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a.charCodeAt(start) === b.charCodeAt(start)) start++;
  let end = 0;
  while (end < most - start && a.charCodeAt(a.length - 1 - end) === b.charCodeAt(b.length - 1 - end)) end++;
  return start + end;
}

/** Numbers of versions, lambdas and generated classes change alone. */
function patternOf(text: string): string {
  return text.replace(/\d+/g, '#');
}
