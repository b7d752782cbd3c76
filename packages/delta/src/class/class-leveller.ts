import { classLevellerProgram } from '../assembled/class-leveller.ts';
import { instantiate, type ProgramMemory } from '../assembled/instantiate.ts';
import type { Window } from '../difference/cover.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { type ClassStreams, classStreamNames } from './class-streams.ts';

/** What packages/delta/assembly/class-leveller/index.ts exports. */
interface Program {
  readonly memory: ProgramMemory;
  begin(baseLength: number, newLength: number, streamsLength: number): number;
  openStream(stream: number, start: number, length: number): void;
  hasNext(): number;
  endStreams(): void;
  levelNext(): number;
  sourceStart(): number;
  sourceLength(): number;
  skipped(): number;
  levelNew(constants: number, start: number, end: number): number;
  room(): number;
  restore(constants: number, start: number, length: number): number;
  takeFlaw(): number;
  flawNumber(): number;
}

/** A class file of the base that was levelled, and the new one for which it was. */
export interface LevelledClass {
  /** Bytes of no class file before the new one. */
  readonly skipped: number;
  /** In the base. */
  readonly source: number;
  readonly sourceLength: number;
  /** The new one up to the end of its constants. */
  readonly constants: Uint8Array;
}

/** Levels class files of a window, and restores them, in the memory of a program: where the window lies. */
export class ClassLeveller {
  readonly #program = instantiate<Program>(classLevellerProgram);
  #window: Window = { bytes: new Uint8Array(), baseLength: 0 };

  get window(): Window {
    return this.#window;
  }

  /**
   * A window to be filled up to its base. It is good until the next one is begun.
   * @param newLength bytes of room behind it: as many as there are with all constants
   * @param streams that say how class files of the base become new ones, as long as they will be
   */
  begin(baseLength: number, newLength: number, streams: ClassStreams): Window {
    const program = this.#program;
    const start = program.begin(baseLength, newLength, lengthOf(streams));
    const bytes = new Uint8Array(program.memory.buffer, start, baseLength + newLength);
    this.#window = { bytes, baseLength };
    return this.#window;
  }

  /**
   * Levels the class files of the base one by one.
   * @throws DELTA_INVALID
   */
  *levelled(streams: ClassStreams): Generator<LevelledClass> {
    const program = this.#program;
    this.#open(streams);
    while (program.hasNext() !== 0) {
      const at = program.room();
      const length = this.#run(() => program.levelNext());
      yield {
        skipped: program.skipped(),
        source: program.sourceStart(),
        sourceLength: program.sourceLength(),
        constants: new Uint8Array(program.memory.buffer, at, length),
      };
    }
    this.#run(() => program.endStreams());
  }

  /**
   * Levels, in place, what a new class file has behind its constants, which is at most what lies between two places of the window. Returns where it ends.
   * @throws DELTA_INVALID
   */
  levelNew(constants: Uint8Array, start: number, end: number): number {
    const program = this.#program;
    const { byteOffset } = this.#window.bytes;
    const { byteOffset: at } = constants;
    return this.#run(() => program.levelNew(at, byteOffset + start, byteOffset + end)) - byteOffset;
  }

  /**
   * What a levelled class file had behind its constants, which begins at `start`. It is good until another one is restored.
   * @param end of the bytes that there are
   * @throws DELTA_INVALID
   */
  restored(constants: Uint8Array, start: number, end: number): Uint8Array {
    const program = this.#program;
    const { byteOffset } = this.#window.bytes;
    const length = this.#run(() => program.restore(constants.byteOffset, byteOffset + start, end - start));
    return new Uint8Array(program.memory.buffer, program.room(), length);
  }

  #open(streams: ClassStreams): void {
    const bytes = this.#window.bytes;
    const memory = new Uint8Array(this.#program.memory.buffer);
    let at = bytes.byteOffset + bytes.length;
    for (const [place, name] of classStreamNames.entries()) {
      const stream = streams[name];
      memory.set(stream, at);
      this.#program.openStream(place, at, stream.length);
      at += stream.length;
    }
  }

  #run<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      const flaw = this.#program.takeFlaw();
      if (flaw === 0) throw error;
      throw deltaInvalid((flaws[flaw] as Flaw)(this.#program.flawNumber()));
    }
  }
}

function lengthOf(streams: ClassStreams): number {
  return classStreamNames.reduce((sum, name) => sum + streams[name].length, 0);
}

type Flaw = (number: number) => string;

const streamOf = (place: number): string => `the ${classStreamNames[place]} of class files`;

/** By the numbers that packages/delta/assembly/class-leveller/flaw.ts gives them. */
const flaws: readonly Flaw[] = [
  () => 'nothing is wrong with a class file',
  () => 'a class file ends too early',
  () => 'a class file does not begin as one',
  (tag) => `a class file has a constant of the unknown tag ${tag}`,
  () => 'a class file has half a constant at the end of its pool',
  (count) => `a class file of ${count} constants`,
  (count) => `a class file has more than its ${count} constants`,
  (order) => `constants of a class file lie in the unknown order ${order}`,
  (stream) => `${streamOf(stream)} end too early`,
  (stream) => `${streamOf(stream)} are not used up`,
  (stream) => `${streamOf(stream)} hold a number that is never needed`,
  () => 'a run of no constants',
  (index) => `constant ${index} of a class file is copied, and not there or copied twice`,
  () => 'a constant of a class file is copied, and not what it is made of',
  (value) => `a class file has a constant ${value}`,
  () => 'an edit of more than a text',
  () => 'an edit of a text that a class file does not have',
  () => 'constants of class files have more bytes than are to be made',
  (place) => `a class file at ${place} of the base, where none is`,
  (name) => `an attribute of a class file is named by constant ${name}, which is no text`,
  (length) => `an attribute of a class file does not have the ${length} bytes that it says`,
  () => 'code of a class file ends too early',
  (opcode) => `a class file has an unknown instruction ${opcode}`,
  () => 'an instruction of a class file goes on behind its code',
  () => 'a table of jumps in a class file ends too early',
  () => 'a table of jumps in a class file is less than empty',
  (type) => `a class file has a stack map frame of the unknown type ${type}`,
  (type) => `a class file has a verification type ${type}`,
  (depth) => `annotations of a class file are nested ${depth} deep`,
  (tag) => `an annotation of a class file has a value of the unknown kind ${String.fromCharCode(tag)}`,
  (type) => `a class file annotates a type of the unknown kind ${type}`,
];
