import { BlockPackError, concat } from '@block-pack/core';
import type { Window } from '../difference/cover.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import type { FilledWindow } from '../difference/filled-window.ts';
import { ClassLeveller, type LevelledClass } from './class-leveller.ts';
import { type ClassStreams, eachClassStream, openClassWriters } from './class-streams.ts';
import { type ConstantPool, readConstantPool } from './constant-pool.ts';
import { TakenBytes } from './taken-bytes.ts';
import { writePool } from './write-pool.ts';

/** A new content of a window and the older one that it is compared with, where both may be class files. */
export interface ContentPair {
  readonly target: number;
  readonly length: number;
  readonly source: number;
  readonly sourceLength: number;
}

/** A window whose class files are levelled: the new ones have no constants, the old ones the numbering of the new. */
export interface LevelledWindow {
  readonly window: Window;
  readonly streams: ClassStreams;
  /** Where a new byte that is of no class file lies now, counted from the first new one. */
  placeOf(at: number): number;
  /** Class files. */
  readonly count: number;
}

/**
 * Takes out of class files what is not their own: where constants lie, and what moves with them. What is no class file, and what does not
 * come back to the byte, stays as it is.
 * @param pairs in the order of the new bytes
 * @returns undefined where there is no class file
 */
export function levelClasses(window: Window, pairs: readonly ContentPair[]): LevelledWindow | undefined {
  const { bytes, baseLength } = window;
  const to = openClassWriters();
  const base = bytes.slice(0, baseLength);
  const taken = new TakenBytes(baseLength);
  const leveller = new ClassLeveller();
  const parts: Uint8Array[] = [];
  const moved: { readonly from: number; readonly by: number }[] = [];
  let at = baseLength;
  let sourceEnd = 0;
  let count = 0;
  for (const pair of pairs) {
    const levelled = taken.isFree(pair.source) ? levelPair(window, pair, leveller) : undefined;
    if (levelled === undefined) continue;
    parts.push(bytes.subarray(at, pair.target), levelled.body);
    base.set(levelled.source, pair.source);
    taken.take(pair.source, pair.source + pair.sourceLength);
    to.classes.add(pair.target - at);
    to.classes.addSigned(pair.source - sourceEnd);
    eachClassStream((name) => to[name].addBytes(levelled.script[name]));
    at = pair.target + pair.length;
    sourceEnd = pair.source + pair.sourceLength;
    moved.push({ from: at - baseLength, by: (moved.at(-1)?.by ?? 0) + pair.length - levelled.body.length });
    count++;
  }
  if (count === 0) return undefined;
  parts.push(bytes.subarray(at));
  return {
    window: { bytes: concat([base, ...parts]), baseLength },
    streams: eachClassStream((name) => to[name].bytes()),
    placeOf: (place) => place - (moved.findLast(({ from }) => from <= place)?.by ?? 0),
    count,
  };
}

interface LevelledPair {
  readonly source: Uint8Array;
  readonly body: Uint8Array;
  readonly script: ClassStreams;
}

function levelPair({ bytes }: Window, pair: ContentPair, leveller: ClassLeveller): LevelledPair | undefined {
  const source = bytes.subarray(pair.source, pair.source + pair.sourceLength);
  const target = bytes.subarray(pair.target, pair.target + pair.length);
  try {
    const now = readConstantPool(target, 0, target.length);
    const script = scriptOf(readConstantPool(source, 0, source.length), now);
    const streams = { ...script, classes: concat([firstPlace, script.classes]) };
    const body = target.subarray(now.end);
    const window = leveller.begin(source.length, target.length, streams);
    window.bytes.set(concat([source, body]));
    const [made] = leveller.levelled(streams);
    if (made?.sourceLength !== source.length || !isSame(made.constants, target.subarray(0, now.end)))
      return undefined;
    const end = source.length + body.length;
    if (leveller.levelNew(made.constants, source.length, end) !== end) return undefined;
    if (!isSame(leveller.restored(made.constants, source.length, end), body)) return undefined;
    return {
      source: window.bytes.slice(0, source.length),
      body: window.bytes.slice(source.length, end),
      script,
    };
  } catch (error) {
    if (error instanceof BlockPackError) return undefined;
    throw error;
  }
}

/** Of a class file that begins where the base and the new bytes do. */
const firstPlace = Uint8Array.of(0, 0);

function scriptOf(old: ConstantPool, now: ConstantPool): ClassStreams {
  const to = openClassWriters();
  writePool(old, now, to);
  return eachClassStream((name) => to[name].bytes());
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/**
 * Levels the old class files of a section as the streams say.
 * @param leveller its window is filled up to its base
 * @throws DELTA_INVALID
 */
export function levelBase(leveller: ClassLeveller, streams: ClassStreams): LevelledClass[] {
  const taken = new TakenBytes(leveller.window.baseLength);
  const targets: LevelledClass[] = [];
  for (const levelled of leveller.levelled(streams)) {
    taken.take(levelled.source, levelled.source + levelled.sourceLength);
    targets.push(levelled);
  }
  return targets;
}

/**
 * What a section with class files makes: the new ones get back their constants. A piece is good only until the next one is asked for.
 * @param leveller that levelled its base
 * @param targets for which it did
 * @param filled its beginning, with so many new bytes: those of class files that are levelled
 * @throws DELTA_INVALID
 */
export function* restoredClasses(
  leveller: ClassLeveller,
  targets: readonly LevelledClass[],
  filled: (length: number) => FilledWindow,
): Generator<Uint8Array> {
  const pooled = targets.reduce((sum, { constants }) => sum + constants.length, 0);
  const levelled = filled(leveller.window.bytes.length - leveller.window.baseLength - pooled);
  let at = levelled.start;
  for (const { skipped, constants } of targets) {
    const start = at + skipped;
    if (start > levelled.bytes.length) throw deltaInvalid('a class file behind all new bytes');
    yield* levelled.part(at, start);
    yield constants;
    const body = restoredBody(leveller, levelled, constants, start);
    yield body;
    at = start + body.length;
  }
  yield* levelled.rest(at);
}

/** Most class files have fewer bytes behind their constants. */
const usualBody = 1 << 14;

/** In a copy: covers may name what is levelled again. How long it is only the walk knows, which is begun anew where too little was there. */
function restoredBody(
  leveller: ClassLeveller,
  levelled: FilledWindow,
  constants: Uint8Array,
  start: number,
): Uint8Array {
  for (let room = usualBody; ; room *= 4) {
    const end = Math.min(start + room, levelled.bytes.length);
    levelled.fill(end);
    try {
      return leveller.restored(constants, start, end);
    } catch (error) {
      if (end === levelled.bytes.length || !(error instanceof BlockPackError)) throw error;
    }
  }
}
