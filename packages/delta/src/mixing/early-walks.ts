import { instanceOf } from '../assembled/instantiate.ts';
import type { BitProgram } from './packed-bytes.ts';
import { type WalkProgram, type WayOfWalking, walk } from './walk.ts';

/** Which streams are walked over together. */
export interface PlannedWalk {
  readonly way: WayOfWalking;
  readonly places: readonly number[];
}

/** All that another thread needs to read the early streams of a section, without a line of what a section is. */
export interface EarlyWalks {
  /** packages/delta/assembly/byte-mixer, compiled. */
  readonly program: object;
  readonly kinds: number;
  readonly tableBits: number;
  /** Bytes of each stream of the section; none of those that are not early. */
  readonly lengths: readonly number[];
  /** In the order in which they are packed. */
  readonly walks: readonly PlannedWalk[];
  readonly packed: Uint8Array;
}

interface Program extends BitProgram, WalkProgram {
  begin(kinds: number, tableBits: number, packed: number): void;
}

/** The early streams, each at its place among all; undefined if anything is wrong with them. Loads nothing but what it needs: a thread loads it anew. */
export function readEarlyWalks(early: EarlyWalks): Uint8Array[] | undefined {
  const { kinds, tableBits, lengths, walks, packed } = early;
  const program = instanceOf<Program>(early.program);
  program.begin(kinds, tableBits, packed.length);
  new Uint8Array(program.memory.buffer).set(packed, program.packedPlace());
  program.beginReading();
  const streams = lengths.map((length) => new Uint8Array(length));
  for (const { way, places } of walks) {
    const walked = places.map((place) => ({
      place,
      bytes: streams[place] as Uint8Array,
      isMixed: true,
      at: 0,
    }));
    if (walk(program, { way, streams: walked }, () => {}) !== 'well') return undefined;
  }
  return program.packedLength() < packed.length ? undefined : streams;
}
