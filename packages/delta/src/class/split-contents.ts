import { BlockPackError } from '@block-pack/core';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { VarintReader, VarintWriter } from '../varint.ts';
import { peekU4 } from './class-cursor.ts';
import { type ConstantPool, classMagic, constantTag, textOf } from './constant-pool.ts';
import { joinClass, PoolRoom, type TypedReaders } from './join-class.ts';
import { TextReader, TextWriter } from './known-texts.ts';
import { RankedConstants } from './ranked-constants.ts';
import { splitClass, type TypedWriters } from './split-class.ts';
import { kinds, type StreamKind, typedStreamNames } from './typed-streams.ts';

/** Where a content lies that may be a class file. */
export interface ContentPlace {
  readonly start: number;
  readonly length: number;
}

/**
 * Takes apart all class files among contents; what is none, or does not come back to the byte, stays as it is.
 * @param places in the order of the bytes
 * @param made room for as many bytes, to make them again
 * @returns the streams, in the order of the format
 */
export function splitContents(
  bytes: Uint8Array,
  places: readonly ContentPlace[],
  made = new Uint8Array(bytes.length),
): Uint8Array[] {
  // Hardly any class file comes back otherwise, and all at once are read again faster than one by one.
  const ranks = new RankedConstants();
  const streams = splitAll(bytes, places, ranks, () => true);
  return comeBack(bytes, streams, made, ranks)
    ? streams
    : splitAll(bytes, places, ranks, (content) => comesBack(content, ranks));
}

/** @param isSound whether a content comes back from its streams, and nothing else */
function splitAll(
  bytes: Uint8Array,
  places: readonly ContentPlace[],
  ranks: RankedConstants,
  isSound: (content: Uint8Array) => boolean,
): Uint8Array[] {
  const to = typedStreamNames.map(() => new VarintWriter());
  const texts = new TextWriter(textStreams(to));
  let at = 0;
  for (const { start, length } of places) {
    const content = bytes.subarray(start, start + length);
    const pool = isClass(content) && isSound(content) ? splitWhole(content, ranks, to) : undefined;
    if (pool === undefined) continue;
    addTexts(pool, texts);
    of(to, kinds.skipped).add(start - at);
    of(to, kinds.others).addBytes(bytes.subarray(at, start));
    at = start + length;
  }
  of(to, kinds.others).addBytes(bytes.subarray(at));
  return to.map((writer) => writer.bytes());
}

function isClass(content: Uint8Array): boolean {
  return content.length >= 4 && peekU4(content, 0) === classMagic;
}

/** The constants of a class file that was taken apart; undefined, and nothing written, for what stays as it is. */
function splitWhole(content: Uint8Array, ranks: RankedConstants, to: TypedWriters): ConstantPool | undefined {
  const marks = to.map(({ length }) => length);
  try {
    return splitClass(content, ranks, to);
  } catch (error) {
    if (!(error instanceof BlockPackError)) throw error;
  }
  for (const [kind, mark] of marks.entries()) of(to, kind).cut(mark);
  return undefined;
}

function addTexts(pool: ConstantPool, to: TextWriter): void {
  for (let index = 1; index < pool.count; index++)
    if (pool.tags[index] === constantTag.utf8) to.add(textOf(pool, index));
}

function comesBack(content: Uint8Array, ranks: RankedConstants): boolean {
  const place = { start: 0, length: content.length };
  return comeBack(
    content,
    splitAll(content, [place], ranks, () => true),
    new Uint8Array(content.length),
    ranks,
  );
}

function comeBack(
  contents: Uint8Array,
  streams: readonly Uint8Array[],
  made: Uint8Array,
  ranks: RankedConstants,
): boolean {
  try {
    return Buffer.compare(joinContents(streams, made, ranks), contents) === 0;
  } catch (error) {
    if (error instanceof BlockPackError) return false;
    throw error;
  }
}

/**
 * Puts together what `splitContents` took apart.
 * @param made room for all contents, which is filled
 * @throws DELTA_INVALID
 */
export function joinContents(
  streams: readonly Uint8Array[],
  made: Uint8Array,
  ranks = new RankedConstants(),
): Uint8Array {
  const from = readersOf(streams);
  const texts = new TextReader(textStreams(from));
  const source = { from, ranks, texts, room: new PoolRoom() };
  const { length } = made;
  const [skipped, others] = [of(from, kinds.skipped), of(from, kinds.others)];
  let at = 0;
  const copy = (count: number): void => {
    if (count > length - at) throw deltaInvalid(`contents have more than ${length} bytes`);
    made.set(others.take(count), at);
    at += count;
  };
  while (!skipped.atEnd) {
    copy(skipped.next());
    at = joinClass(source, made, at, length);
  }
  copy(others.left);
  if (at < length) throw deltaInvalid(`contents have ${at} bytes, and ${length} are needed`);
  for (const reader of from) reader.end();
  return made;
}

function readersOf(streams: readonly Uint8Array[]): TypedReaders {
  return typedStreamNames.map(
    (name, kind) => new VarintReader(of(streams, kind), `the ${name} of contents`, deltaInvalid),
  );
}

function textStreams<T>(streams: readonly T[]) {
  return {
    choices: of(streams, kinds.textChoices),
    known: of(streams, kinds.knownTexts),
    texts: of(streams, kinds.texts),
  };
}

function of<T>(streams: readonly T[], kind: StreamKind): T {
  const stream = streams[kind];
  if (stream === undefined) throw new RangeError(`stream ${kind} of ${streams.length}`);
  return stream;
}
