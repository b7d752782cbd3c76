import { classJoinerProgram } from '../assembled/class-joiner.ts';
import { instantiate, type ProgramMemory } from '../assembled/instantiate.ts';
import { kinds, type StreamKind } from './typed-streams.ts';

/** What packages/delta/assembly/class-joiner/index.ts exports. */
interface Program {
  readonly memory: ProgramMemory;
  begin(length: number, streamsLength: number, texts: number): number;
  streamsStart(length: number): number;
  openStream(stream: number, start: number, length: number): void;
  join(): void;
}

/** Bytes of the shortest text in a class file. */
const leastText = 3;

/** One that nobody uses: its memory, as large as the largest section with its streams, is used again. */
let idle: ClassJoiner | undefined;

/** Does what `joinContents` does where nothing is mixed, in the memory of a program. */
export class ClassJoiner {
  #begun: Program | undefined;

  static take(): ClassJoiner {
    const taken = idle ?? new ClassJoiner();
    idle = undefined;
    return taken;
  }

  /** What was made is not needed any more: another reader may use the memory. */
  leave(): void {
    idle = this;
  }

  /**
   * All contents: a view, good until others are made. Undefined where the program cannot make them: `joinContents` says why.
   * @param length bytes of contents
   * @param lengths bytes of each stream, in the order of the format
   * @param streams each as long, with its kind, in any order; each is asked for when the one before is not needed any more
   */
  join(
    length: number,
    lengths: readonly number[],
    streams: Iterable<readonly [StreamKind, Uint8Array]>,
  ): Uint8Array | undefined {
    this.#begun ??= instantiate<Program>(classJoinerProgram);
    const program = this.#begun;
    const lengthOf = (kind: StreamKind): number => lengths[kind] as number;
    const texts = Math.min(
      lengthOf(kinds.textChoices),
      lengthOf(kinds.texts),
      Math.floor(length / leastText),
    );
    const total = lengths.reduce((sum, one) => sum + one, 0);
    const start = unlessItTraps(() => program.begin(length, total, texts));
    if (start === undefined) return undefined;
    openStreams(program, startsFrom(program.streamsStart(length), lengths), streams);
    const contents = new Uint8Array(program.memory.buffer, start, length);
    return unlessItTraps(() => {
      program.join();
      return contents;
    });
  }
}

/** Where each stream begins. */
function startsFrom(start: number, lengths: readonly number[]): readonly number[] {
  let end = start;
  return lengths.map((length) => {
    end += length;
    return end - length;
  });
}

function openStreams(
  { memory, openStream }: Program,
  starts: readonly number[],
  streams: Iterable<readonly [StreamKind, Uint8Array]>,
): void {
  const bytes = new Uint8Array(memory.buffer);
  for (const [kind, stream] of streams) {
    const start = starts[kind] as number;
    bytes.set(stream, start);
    openStream(kind, start, stream.length);
  }
}

function unlessItTraps<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
