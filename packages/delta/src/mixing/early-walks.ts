import { instanceOf } from '../assembled/instantiate.ts';
import type { BitProgram } from './packed-bytes.ts';
import { type WalkedStream, type WalkProgram, type WayOfWalking, walk } from './walk.ts';

/** Which streams are walked over together. */
export interface PlannedWalk {
  readonly way: WayOfWalking;
  readonly places: readonly number[];
}

/** Walks in the order in which their streams are packed. */
export interface PlannedWalks {
  readonly ofTransform: readonly PlannedWalk[];
  readonly ofCovers: readonly PlannedWalk[];
}

/** All that another thread needs to read the early streams of a section, without a line of what a section is. */
export interface EarlyWalks extends PlannedWalks {
  /** packages/delta/assembly/byte-mixer, compiled. */
  readonly program: object;
  readonly kinds: number;
  readonly tableBits: number;
  /** Bytes of each stream of the section; none of those that are not early. */
  readonly lengths: readonly number[];
  readonly packed: Uint8Array;
}

interface Program extends BitProgram, WalkProgram {
  begin(kinds: number, tableBits: number, packed: number): void;
}

/**
 * The early streams in two steps, as `readEarly` makes them. Loads nothing but what it needs: a thread loads it anew.
 * @throws whatever is wrong with them
 */
export function* readEarlyWalks(early: EarlyWalks): Generator<Uint8Array[], undefined> {
  const { ofTransform, ofCovers, packed } = early;
  const program = begunProgram(early);
  const streams = early.lengths.map((length, place) => ({
    place,
    bytes: new Uint8Array(length),
    isMixed: true,
    at: 0,
  }));
  const made = (): Uint8Array[] => streams.map(({ bytes, at }) => (at === 0 ? none : bytes));
  walkAll(program, streams, ofTransform);
  yield made();
  walkAll(program, streams, ofCovers);
  if (program.packedLength() < packed.length) throw new RangeError('packed bytes are left');
  yield made();
}

const none = new Uint8Array();

function begunProgram({ program: module, kinds, tableBits, packed }: EarlyWalks): Program {
  const program = instanceOf<Program>(module);
  program.begin(kinds, tableBits, packed.length);
  new Uint8Array(program.memory.buffer).set(packed, program.packedPlace());
  program.beginReading();
  return program;
}

function walkAll(program: Program, all: readonly WalkedStream[], walks: readonly PlannedWalk[]): void {
  for (const { way, places } of walks) {
    const streams = places.map((place) => all[place] as WalkedStream);
    const end = walk(program, { way, streams }, () => {});
    if (end !== 'well') throw new RangeError(end);
  }
}
