import { BlockPackError, concat } from '@block-pack/core';
import type { Window } from '../difference/cover.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import type { FilledWindow } from '../difference/filled-window.ts';
import {
  type ClassStreamReaders,
  type ClassStreams,
  type ClassStreamWriters,
  eachClassStream,
  openClassReaders,
  openClassWriters,
} from './class-streams.ts';
import { type ConstantPool, readConstantPool } from './constant-pool.ts';
import { changeBody } from './level-tape.ts';
import { readPool } from './read-pool.ts';
import { renumberReplaced } from './replaced-constants.ts';
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
  const parts: Uint8Array[] = [];
  const moved: { readonly from: number; readonly by: number }[] = [];
  let at = baseLength;
  let sourceEnd = 0;
  let count = 0;
  for (const pair of pairs) {
    const levelled = taken.isFree(pair.source) ? levelPair(window, pair) : undefined;
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

interface LevelledClass {
  readonly source: Uint8Array;
  readonly body: Uint8Array;
  readonly script: ClassStreams;
}

function levelPair({ bytes }: Window, pair: ContentPair): LevelledClass | undefined {
  const source = bytes.slice(pair.source, pair.source + pair.sourceLength);
  const target = bytes.subarray(pair.target, pair.target + pair.length);
  try {
    const old = readConstantPool(source, 0, source.length);
    const now = readConstantPool(target, 0, target.length);
    const to: ClassStreamWriters = openClassWriters();
    writePool(old, now, to);
    const script = eachClassStream((name) => to[name].bytes());
    const body = target.slice(now.end);
    const end = changeBody(now, body, 0, body.length, { direction: 'level' });
    if (end !== body.length) return undefined;
    const made = levelSource(openClassReaders(script), source, 0, source.length, target.length);
    if (made.end !== source.length) return undefined;
    return isSame(made.pool, body, target) ? { source, body, script } : undefined;
  } catch (error) {
    if (error instanceof BlockPackError) return undefined;
    throw error;
  }
}

function isSame(pool: ConstantPool, body: Uint8Array, target: Uint8Array): boolean {
  const restored = body.slice();
  changeBody(pool, restored, 0, restored.length, { direction: 'restore' });
  return Buffer.compare(concat([pool.bytes, restored]), target) === 0;
}

/** Gives the class file at `start` the numbering of the new one, in place. */
function levelSource(from: ClassStreamReaders, bytes: Uint8Array, start: number, end: number, limit: number) {
  const old = readConstantPool(bytes, start, end);
  const { pool, renumbered } = readPool(from, old, limit);
  renumberReplaced(old, pool, renumbered);
  return { pool, end: changeBody(old, bytes, old.end, end, { direction: 'level', renumbered }) };
}

/**
 * What a section with class files makes: the old ones are levelled as the streams say, and the new ones get back their constants. A piece is
 * good only until the next one is asked for.
 * @param window filled up to its base; behind it is room for what the section makes
 * @param filled its beginning, with so many new bytes: those of class files that are levelled
 * @throws DELTA_INVALID
 */
export function* restoredClasses(
  window: Window,
  streams: ClassStreams,
  filled: (length: number) => FilledWindow,
): Generator<Uint8Array> {
  const targets = levelBase(window, streams);
  const pooled = targets.reduce((sum, { pool }) => sum + pool.end, 0);
  const levelled = filled(window.bytes.length - window.baseLength - pooled);
  const room = new Uint8Array(usualBody);
  let at = levelled.start;
  for (const { skipped, pool } of targets) {
    const start = at + skipped;
    if (start > levelled.bytes.length) throw deltaInvalid('a class file behind all new bytes');
    yield* levelled.part(at, start);
    yield pool.bytes;
    const body = restoredBody(levelled, pool, start, room);
    yield body;
    at = start + body.length;
  }
  yield* levelled.rest(at);
}

/** Most class files have fewer bytes behind their constants. */
const usualBody = 1 << 14;

/** A copy: covers may name what is levelled again. How long it is only the walk knows, which is begun anew where too little was there. */
function restoredBody(
  levelled: FilledWindow,
  pool: ConstantPool,
  start: number,
  room: Uint8Array,
): Uint8Array {
  const { bytes } = levelled;
  for (let body = room; ; body = new Uint8Array(Math.min(4 * body.length, bytes.length - start))) {
    const end = Math.min(start + body.length, bytes.length);
    levelled.fill(end);
    body.set(bytes.subarray(start, end));
    try {
      return body.subarray(0, changeBody(pool, body, 0, end - start, { direction: 'restore' }));
    } catch (error) {
      if (end === bytes.length || !(error instanceof BlockPackError)) throw error;
    }
  }
}

/** A new class file that the covers make without its constants. */
interface LevelledTarget {
  /** Bytes before it that are of no class file. */
  readonly skipped: number;
  readonly pool: ConstantPool;
}

function levelBase({ bytes, baseLength }: Window, streams: ClassStreams): LevelledTarget[] {
  const from = openClassReaders(streams);
  const taken = new TakenBytes(baseLength);
  const targets: LevelledTarget[] = [];
  let left = bytes.length - baseLength;
  let source = 0;
  while (!from.classes.atEnd) {
    const skipped = from.classes.next();
    source += from.classes.nextSigned();
    if (!taken.isFree(source))
      throw deltaInvalid(`a class file at ${source} of the base, where none is left`);
    const { pool, end } = levelSource(from, bytes, source, baseLength, left);
    taken.take(source, end);
    targets.push({ skipped, pool });
    left -= pool.end;
    source = end;
  }
  eachClassStream((name) => from[name].end());
  return targets;
}

/** Class files of a base that are levelled: each is so once, since it can have only one numbering. */
class TakenBytes {
  /** A Buffer, which is looked through many times as fast. */
  readonly #taken: Buffer;

  constructor(length: number) {
    this.#taken = Buffer.alloc(length);
  }

  isFree(at: number): boolean {
    return this.#taken[at] === 0;
  }

  take(start: number, end: number): void {
    if (this.#taken.subarray(start, end).includes(1))
      throw deltaInvalid('class files of the base lie upon each other');
    this.#taken.fill(1, start, end);
  }
}
