import { BlockPackError } from '@block-pack/core';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { VarintReader, VarintWriter } from '../varint.ts';
import { peekU4 } from './class-cursor.ts';
import { type ConstantPool, classMagic, constantTag, textBytes, textOf } from './constant-pool.ts';
import { joinClass, type TypedReaders } from './join-class.ts';
import { TextReader, TextWriter } from './known-texts.ts';
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
 * @returns the streams, in the order of the format
 */
export function splitContents(bytes: Uint8Array, places: readonly ContentPlace[]): Uint8Array[] {
  const to = typedStreamNames.map(() => new VarintWriter());
  const texts = new TextWriter(textStreams(to));
  let at = 0;
  for (const { start, length } of places) {
    const content = bytes.subarray(start, start + length);
    const pool = splitWhole(content, to);
    if (pool === undefined) continue;
    for (let index = 1; index < pool.count; index++)
      if (pool.tags[index] === constantTag.utf8) texts.add(textOf(pool, index), textBytes(pool, index));
    of(to, kinds.skipped).add(start - at);
    of(to, kinds.others).addBytes(bytes.subarray(at, start));
    at = start + length;
  }
  of(to, kinds.others).addBytes(bytes.subarray(at));
  return to.map((writer) => writer.bytes());
}

/** The constants of a class file that was taken apart; undefined, and nothing written, for what stays as it is. */
function splitWhole(content: Uint8Array, to: TypedWriters): ConstantPool | undefined {
  if (content.length < 4 || peekU4(content, 0) !== classMagic) return undefined;
  const marks = to.map(({ length }) => length);
  try {
    const pool = splitClass(content, to);
    if (comesBack(content, pool, to, marks)) return pool;
  } catch (error) {
    if (!(error instanceof BlockPackError)) throw error;
  }
  for (const [kind, mark] of marks.entries()) of(to, kind).cut(mark);
  return undefined;
}

function comesBack(
  content: Uint8Array,
  pool: ConstantPool,
  to: TypedWriters,
  marks: readonly number[],
): boolean {
  const from = readersOf(to.map((writer, kind) => writer.bytes(marks[kind])));
  let index = 0;
  const nextText = () => {
    do index++;
    while (pool.tags[index] !== constantTag.utf8);
    return textBytes(pool, index);
  };
  const made = new Uint8Array(content.length);
  const end = joinClass(from, nextText, made, 0, made.length);
  return end === made.length && from.every(({ atEnd }) => atEnd) && Buffer.compare(made, content) === 0;
}

/**
 * Puts together what `splitContents` took apart.
 * @param length bytes of all contents
 * @throws DELTA_INVALID
 */
export function joinContents(streams: readonly Uint8Array[], length: number): Uint8Array {
  const from = readersOf(streams);
  const texts = new TextReader(textStreams(from));
  const made = new Uint8Array(length);
  const [skipped, others] = [of(from, kinds.skipped), of(from, kinds.others)];
  let at = 0;
  const copy = (count: number): void => {
    if (count > length - at) throw deltaInvalid(`contents have more than ${length} bytes`);
    made.set(others.take(count), at);
    at += count;
  };
  while (!skipped.atEnd) {
    copy(skipped.next());
    at = joinClass(from, () => texts.next(), made, at, length);
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
    lengths: of(streams, kinds.textLengths),
    texts: of(streams, kinds.texts),
  };
}

function of<T>(streams: readonly T[], kind: StreamKind): T {
  const stream = streams[kind];
  if (stream === undefined) throw new RangeError(`stream ${kind} of ${streams.length}`);
  return stream;
}
