import { BlockPackError } from '@block-pack/core';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { VarintReader, VarintWriter } from '../varint.ts';
import { peekU4 } from './class-cursor.ts';
import { ClassJoiner } from './class-joiner.ts';
import { classMagic } from './constant-pool.ts';
import { joinClass, PoolRoom, type TypedSource } from './join-class.ts';
import { TextReader, TextWriter } from './known-texts.ts';
import { RankedConstants } from './ranked-constants.ts';
import { splitClass, type TypedTarget } from './split-class.ts';
import { TextUses } from './text-uses.ts';
import { kinds, type StreamKind, typedStreamNames } from './typed-streams.ts';
import { ValueReader, ValueWriter } from './typed-values.ts';
import { noCoder, type ValueCoder } from './value-coder.ts';

/** Where a content lies that may be a class file. */
export interface ContentPlace {
  readonly start: number;
  readonly length: number;
}

/** What serves one class file after another: making it costs as much as a class file does. */
interface Tables {
  readonly ranks: RankedConstants;
  readonly uses: TextUses;
  readonly room: PoolRoom;
}

function newTables(): Tables {
  return { ranks: new RankedConstants(), uses: new TextUses(), room: new PoolRoom() };
}

/**
 * Takes apart all class files among contents; what is none, or does not come back to the byte, stays as it is.
 * @param places in the order of the bytes
 * @param coder takes those values of class files that are mixed
 * @returns the streams, in the order of the format; those of what is mixed are empty
 */
export function splitContents(
  bytes: Uint8Array,
  places: readonly ContentPlace[],
  coder: ValueCoder,
  mixed: ReadonlySet<StreamKind>,
): Uint8Array[] {
  const tables = newTables();
  const named = places.filter((place) => isClass(bytes, place));
  const proved = provedStreams(bytes, named, tables);
  if (proved !== undefined && mixed.size === 0) return proved;
  const isProved = ({ start, length }: ContentPlace) =>
    provedStreams(bytes.subarray(start, start + length), [{ start: 0, length }], tables) !== undefined;
  const sound = proved === undefined ? named.filter(isProved) : named;
  return streamsOf(bytes, sound, new ClassWriter(coder, mixed, tables));
}

/**
 * The streams with nothing mixed; undefined where a class file does not come back. Almost all do: to ask each by itself takes three times as
 * long.
 */
function provedStreams(
  bytes: Uint8Array,
  classes: readonly ContentPlace[],
  tables: Tables,
): Uint8Array[] | undefined {
  try {
    const streams = streamsOf(bytes, classes, new ClassWriter(noCoder, nothingMixed, tables));
    return comeBack(bytes, streams) ? streams : undefined;
  } catch (error) {
    if (error instanceof BlockPackError) return undefined;
    throw error;
  }
}

const nothingMixed: ReadonlySet<StreamKind> = new Set();

/** @throws DELTA_INVALID for what is no class file */
function streamsOf(bytes: Uint8Array, places: readonly ContentPlace[], classes: ClassWriter): Uint8Array[] {
  const [skipped, others] = [of(classes.streams, kinds.skipped), of(classes.streams, kinds.others)];
  let at = 0;
  for (const { start, length } of places) {
    classes.add(bytes.subarray(start, start + length));
    skipped.add(start - at);
    others.addBytes(bytes, at, start);
    at = start + length;
  }
  others.addBytes(bytes, at);
  return classes.bytes();
}

function comeBack(bytes: Uint8Array, streams: readonly Uint8Array[]): boolean {
  const classes = ClassJoiner.take();
  try {
    const lengths = streams.map(({ length }) => length);
    const made = classes.join(bytes.length, lengths, streams.entries());
    return made !== undefined && Buffer.compare(made, bytes) === 0;
  } finally {
    classes.leave();
  }
}

class ClassWriter {
  readonly streams = typedStreamNames.map(() => new VarintWriter());
  readonly #target: TypedTarget;

  constructor(coder: ValueCoder, mixed: ReadonlySet<StreamKind>, tables: Tables) {
    const { streams } = this;
    const values = new ValueWriter({ coder, mixed, streams });
    this.#target = { values, texts: new TextWriter(values, of(streams, kinds.texts)), ...tables };
  }

  /** @throws DELTA_INVALID for what is no class file; then some of its values are written */
  add(content: Uint8Array): void {
    splitClass(content, this.#target);
  }

  bytes(): Uint8Array[] {
    return this.streams.map((writer) => writer.bytes());
  }
}

function isClass(bytes: Uint8Array, { start, length }: ContentPlace): boolean {
  return length >= 4 && peekU4(bytes, start) === classMagic;
}

class ClassReader {
  readonly streams: readonly VarintReader[];
  readonly #source: TypedSource;

  constructor(
    streams: readonly Uint8Array[],
    coder: ValueCoder,
    mixed: ReadonlySet<StreamKind>,
    tables: Tables,
  ) {
    this.streams = typedStreamNames.map(
      (name, kind) => new VarintReader(of(streams, kind), `the ${name} of contents`, deltaInvalid),
    );
    const values = new ValueReader({ coder, mixed, streams: this.streams });
    this.#source = { values, texts: new TextReader(values, of(this.streams, kinds.texts)), ...tables };
  }

  /** Makes the next class file, and returns where it ends. */
  next(made: Uint8Array, at: number): number {
    return joinClass(this.#source, made, at, made.length);
  }
}

/**
 * Puts together what `splitContents` took apart.
 * @param made room for all contents, which is filled
 * @param coder gives those values of class files that are mixed
 * @throws DELTA_INVALID
 */
export function joinContents(
  streams: readonly Uint8Array[],
  made: Uint8Array,
  coder: ValueCoder,
  mixed: ReadonlySet<StreamKind>,
): Uint8Array {
  const classes = new ClassReader(streams, coder, mixed, newTables());
  const { length } = made;
  const [skipped, others] = [of(classes.streams, kinds.skipped), of(classes.streams, kinds.others)];
  let at = 0;
  const copy = (count: number): void => {
    if (count > length - at) throw deltaInvalid(`contents have more than ${length} bytes`);
    made.set(others.take(count), at);
    at += count;
  };
  while (!skipped.atEnd) {
    copy(skipped.next());
    at = classes.next(made, at);
  }
  copy(others.left);
  if (at < length) throw deltaInvalid(`contents have ${at} bytes, and ${length} are needed`);
  for (const reader of classes.streams) reader.end();
  return made;
}

function of<T>(streams: readonly T[], kind: StreamKind): T {
  const stream = streams[kind];
  if (stream === undefined) throw new RangeError(`stream ${kind} of ${streams.length}`);
  return stream;
}
