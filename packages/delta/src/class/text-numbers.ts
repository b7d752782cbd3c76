import { instantiate, type ProgramMemory } from '../assembled/instantiate.ts';
import { textNumbersProgram } from '../assembled/text-numbers.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { kinds, type StreamKind } from './typed-streams.ts';

/** What packages/delta/assembly/text-numbers/index.ts exports. */
interface Program {
  readonly memory: ProgramMemory;
  begin(length: number, texts: number, reading: boolean): number;
  openStream(stream: number, start: number, length: number): void;
  code(packed: number, length: number): number;
}

/** The streams that say which texts class files have: they can be coded together. */
export const textNumberKinds: readonly StreamKind[] = [kinds.textChoices, kinds.knownTexts];

/** What tells how many texts a class file has, and what they are used for. */
const tellingKinds: readonly StreamKind[] = [
  kinds.constantCounts,
  kinds.constantTags,
  kinds.classNames,
  kinds.stringTexts,
  kinds.partNames,
  kinds.partTypes,
  kinds.otherTexts,
];

const given: readonly StreamKind[] = [...tellingKinds, ...textNumberKinds];

/** A program that nobody uses: its memory, some 6 MiB and the streams, is used again. */
let idle: Program | undefined;

/**
 * Which texts class files have, coded: each text is told by what it is used for, and by those before it.
 * @param streams of a section, in the order of the format
 * @returns undefined where it is longer than the two streams, or cannot be coded
 */
export function packTextNumbers(streams: readonly Uint8Array[]): Uint8Array | undefined {
  const most = lengthOf(streams, textNumberKinds);
  return coded(streams, most, false, ({ memory, code }, packed) =>
    new Uint8Array(memory.buffer, packed, code(packed, most)).slice(),
  );
}

/**
 * Fills the two streams.
 * @param streams all others, and room for these two
 * @param packed what {@link packTextNumbers} made
 * @throws DELTA_INVALID
 */
export function unpackTextNumbers(streams: readonly Uint8Array[], packed: Uint8Array): void {
  const isRead = coded(streams, packed.length, true, ({ memory, code }, at) => {
    new Uint8Array(memory.buffer).set(packed, at);
    code(at, packed.length);
    let end = at;
    for (const kind of [...textNumberKinds].reverse()) {
      const stream = streamOf(streams, kind);
      end -= stream.length;
      stream.set(new Uint8Array(memory.buffer, end, stream.length));
    }
    return true;
  });
  if (isRead === undefined) throw deltaInvalid('the numbers of texts are not coded as they should be');
}

/**
 * The streams with their kinds, those that are coded behind all others.
 * @param streams in the order of the format; of those that are coded, room for them
 * @param packed undefined where none is
 * @throws DELTA_INVALID
 */
export function* eachWithTextNumbers(
  streams: Iterable<Uint8Array>,
  packed: Uint8Array | undefined,
): Generator<readonly [StreamKind, Uint8Array]> {
  const held: Uint8Array[] = [];
  let kind: StreamKind = 0;
  for (const stream of streams) {
    if (packed !== undefined && given.includes(kind)) held[kind] = stream;
    if (packed === undefined || !textNumberKinds.includes(kind)) yield [kind, stream];
    kind++;
  }
  if (packed === undefined) return;
  unpackTextNumbers(held, packed);
  for (const coded of textNumberKinds) yield [coded, streamOf(held, coded)];
}

/** What a deed of a program makes, which is given the place of packed bytes behind all streams; undefined where it ends in a trap. */
function coded<T>(
  streams: readonly Uint8Array[],
  packedLength: number,
  isReading: boolean,
  deed: (program: Program, packed: number) => T,
): T | undefined {
  const program = idle ?? instantiate<Program>(textNumbersProgram);
  idle = program;
  const texts = streamOf(streams, kinds.textChoices).length;
  try {
    let at = program.begin(lengthOf(streams, given) + packedLength, texts, isReading);
    const bytes = new Uint8Array(program.memory.buffer);
    for (const kind of given) {
      const stream = streamOf(streams, kind);
      bytes.set(stream, at);
      program.openStream(kind, at, stream.length);
      at += stream.length;
    }
    return deed(program, at);
  } catch {
    return undefined;
  }
}

function lengthOf(streams: readonly Uint8Array[], some: readonly StreamKind[]): number {
  return some.reduce((sum, kind) => sum + streamOf(streams, kind).length, 0);
}

function streamOf(streams: readonly Uint8Array[], kind: StreamKind): Uint8Array {
  return streams[kind] as Uint8Array;
}
