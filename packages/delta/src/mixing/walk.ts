import type { ProgramMemory } from '../assembled/instantiate.ts';

/** A stream, and how far it came. */
export interface WalkedStream {
  readonly place: number;
  /** Where it is written, all of it; where it is read, room for it. */
  readonly bytes: Uint8Array;
  /** Whether it is coded here, or was there before. */
  readonly isMixed: boolean;
  at: number;
}

/** What a walk makes of bytes: the program has a function for each. */
export type WayOfWalking = 'codeNumbers' | 'codeBytes' | 'codeCovers';

/** Streams that are coded together, as far as the first one goes. */
export interface Walk {
  readonly way: WayOfWalking;
  readonly streams: readonly WalkedStream[];
}

/** What a program exports that walks: packages/delta/assembly/byte-mixer/walks.ts. */
export interface WalkProgram extends Record<WayOfWalking, (isFirst: number) => number> {
  readonly memory: ProgramMemory;
  windowsPlace(): number;
}

/** As packages/delta/assembly/byte-mixer/windows.ts has them. */
const ends = ['well', 'used up', 'too short'] as const;
const mostStreams = 4;
const headLength = 5;
const windowLength = 512;

/**
 * Codes whole streams, in steps.
 * @param passed called behind each step
 * @returns what the walk ends with: all is well, the packed bytes are used up, or a stream ends too early
 */
export function walk(
  program: WalkProgram,
  { way, streams }: Walk,
  passed: () => void,
): (typeof ends)[number] {
  const [first] = streams as [WalkedStream];
  for (let isFirst = 1; first.at < first.bytes.length; isFirst = 0) {
    fillWindows(program, streams);
    const end = ends[program[way](isFirst)] as (typeof ends)[number];
    emptyWindows(program, streams);
    if (end !== 'well') return end;
    passed();
  }
  return 'well';
}

function fillWindows(program: WalkProgram, streams: readonly WalkedStream[]): void {
  const heads = headsOf(program);
  for (const [i, { place, bytes, isMixed, at }] of streams.entries()) {
    const next = bytes.subarray(at, at + windowLength);
    const isLast = at + next.length === bytes.length;
    heads.set([place, isMixed ? 1 : 0, isLast ? 1 : 0, next.length, 0], headLength * i);
    windowOf(program, i).set(next);
  }
}

function emptyWindows(program: WalkProgram, streams: readonly WalkedStream[]): void {
  const heads = headsOf(program);
  for (const [i, stream] of streams.entries()) {
    const passed = heads[headLength * i + 4] as number;
    stream.bytes.set(windowOf(program, i).subarray(0, passed), stream.at);
    stream.at += passed;
  }
}

function headsOf({ memory, windowsPlace }: WalkProgram): Int32Array {
  return new Int32Array(memory.buffer, windowsPlace(), headLength * mostStreams);
}

function windowOf({ memory, windowsPlace }: WalkProgram, window: number): Uint8Array {
  const place = windowsPlace() + 4 * headLength * mostStreams + windowLength * window;
  return new Uint8Array(memory.buffer, place, windowLength);
}
