import { countUpTo } from '../count-up-to.ts';
import { type ConstantPool, constantTag, textBytes, textOf } from './constant-pool.ts';
import { constantLevels, EqualConstants, type PoolAlignment, pairConstants } from './equal-constants.ts';

/**
 * By index of a new constant the old one that it is, or was before its text changed, or 0: no old one twice.
 *
 * Finds the constants of an older class again, by what they hold: texts and numbers first, then what is made of those, and so on. A text
 * that is gone and a similar one that is new are taken for the same, and with them all that is made of them.
 */
export function alignPools(old: ConstantPool, now: ConstantPool): Uint16Array {
  const alignment = { sources: new Uint16Array(now.count), renumbered: new Uint16Array(old.count) };
  const equals = new EqualConstants(old, now, alignment);
  equals.pair(0);
  pairSimilarTexts(old, now, alignment);
  for (let level = 1; level < constantLevels; level++) equals.pair(level);
  return alignment.sources;
}

/** Old texts that are looked at for each new one. */
const nearTexts = 6;

function pairSimilarTexts(old: ConstantPool, now: ConstantPool, alignment: PoolAlignment): void {
  const gone: number[] = [];
  for (let index = 1; index < old.count; index++)
    if (old.tags[index] === constantTag.utf8 && alignment.renumbered[index] === 0) gone.push(index);
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
  const isNew = (index: number): boolean =>
    now.tags[index] === constantTag.utf8 && alignment.sources[index] === 0;
  for (let index = 1; index < now.count; index++) {
    if (!isNew(index)) continue;
    const same = byPattern.get(patternOf(textOf(now, index)))?.pop();
    if (same !== undefined) pairConstants(alignment, same, index);
  }
  const left = gone.filter(isFree);
  let place = 0;
  for (let index = 1; index < now.count; index++) {
    if (now.tags[index] !== constantTag.utf8) continue;
    const source = alignment.sources[index] as number;
    if (source !== 0) {
      place = source;
      continue;
    }
    const similar = mostSimilar(old, left, place, isFree, textOf(now, index));
    if (similar === 0) continue;
    pairConstants(alignment, similar, index);
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
