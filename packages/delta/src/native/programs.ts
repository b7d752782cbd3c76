import { countUpTo } from '../count-up-to.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { VarintReader, VarintWriter } from '../varint.ts';
import { type ReferenceKind, referenceKinds } from './references.ts';

/** Bytes of a program that have addresses. Positions are those of base or new bytes; addresses count from the lowest of the program. */
export interface Run {
  readonly at: number;
  readonly length: number;
  readonly address: number;
}

/** Native code and its data, as far as it lies in a window: a program or a shared library. */
export interface Program {
  /** Addresses that it has, be there bytes for them or not. */
  readonly memory: number;
  /** In the order of their positions. */
  readonly runs: readonly Run[];
}

/** Bytes of the base that hold references of one kind. */
export interface Region {
  readonly at: number;
  readonly length: number;
  readonly kind: ReferenceKind;
  /** Where those are counted from that say no distance from themselves: an address of the old program, and what it is in the new one. */
  readonly origin: number;
  readonly newOrigin: number;
}

/** The programs of a window. */
export interface Programs {
  readonly olds: readonly Program[];
  readonly news: readonly Program[];
  /** In the order of their positions, each in one run of an old program. */
  readonly regions: readonly Region[];
}

/** What a section with native code has beside its other streams. */
export const programStreamNames = ['programs'] as const;

/** Addresses of all programs of one side, together: they are compared as 32-bit numbers. */
const addressLimit = 2 ** 31 - 1;

/** Programs begin at addresses that are multiples of this, so that instructions may name pages. */
export const pageLength = 4096;

/** Runs and regions of a section; programs have some dozen each. */
const partLimit = 2 ** 16;

/** Addresses of 48 bits are all that processors have. */
const originLimit = 2 ** 48;

const kinds = Object.keys(referenceKinds) as ReferenceKind[];

export function encodePrograms({ olds, news, regions }: Programs): Uint8Array {
  const to = new VarintWriter();
  addPrograms(to, olds);
  addPrograms(to, news);
  to.add(regions.length);
  let end = 0;
  for (const { at, length, kind, origin, newOrigin } of regions) {
    to.add(at - end);
    to.add(length);
    to.add(kinds.indexOf(kind));
    end = at + length;
    if (!referenceKinds[kind].hasOrigin) continue;
    to.addSigned(origin);
    to.addSigned(newOrigin - origin);
  }
  return to.bytes();
}

function addPrograms(to: VarintWriter, programs: readonly Program[]): void {
  to.add(programs.length);
  let end = 0;
  for (const { memory, runs } of programs) {
    to.add(memory);
    to.add(runs.length);
    let addressEnd = 0;
    for (const { at, length, address } of runs) {
      to.add(at - end);
      to.add(length);
      to.addSigned(address - addressEnd);
      end = at + length;
      addressEnd = address + length;
    }
  }
}

/**
 * @param oldLength bytes of the base
 * @param newLength new bytes
 * @throws DELTA_INVALID for what reaches out of either, and where there are more addresses than there may be
 */
export function decodePrograms(bytes: Uint8Array, oldLength: number, newLength: number): Programs {
  const from = new ProgramsReader(bytes);
  const olds = from.programs(oldLength);
  const news = from.programs(newLength);
  const regions = from.regions(olds.flatMap(({ runs }) => runs));
  from.end();
  return { olds, news, regions };
}

class ProgramsReader {
  readonly #from: VarintReader;
  #parts = 0;

  constructor(bytes: Uint8Array) {
    this.#from = new VarintReader(bytes, 'programs', deltaInvalid);
  }

  /** @param most bytes that they lie in */
  programs(most: number): Program[] {
    const programs: Program[] = [];
    let end = 0;
    let addresses = 0;
    for (let left = this.#count(); left > 0; left--) {
      const memory = this.#from.next();
      addresses += memory + pageLength;
      if (addresses > addressLimit) throw deltaInvalid('programs have too many addresses');
      const runs = this.#runs(end, memory);
      for (const run of runs) end = run.at + run.length;
      programs.push({ memory, runs });
    }
    if (end > most) throw deltaInvalid('a program reaches out of its section');
    return programs;
  }

  #runs(from: number, memory: number): Run[] {
    const runs: Run[] = [];
    let [end, addressEnd] = [from, 0];
    for (let left = this.#count(); left > 0; left--) {
      const at = end + this.#from.next();
      const length = this.#length();
      const address = addressEnd + this.#from.nextSigned();
      end = at + length;
      addressEnd = address + length;
      if (address < 0 || addressEnd > memory) throw deltaInvalid('a program reaches out of its addresses');
      runs.push({ at, length, address });
    }
    return runs;
  }

  regions(runs: readonly Run[]): Region[] {
    const regions: Region[] = [];
    const ends = runs.map(({ at, length }) => at + length);
    let end = 0;
    for (let left = this.#count(); left > 0; left--) {
      const at = end + this.#from.next();
      const length = this.#length();
      end = at + length;
      const run = runs[countUpTo(ends, at)];
      if (run === undefined || at < run.at || end > run.at + run.length)
        throw deltaInvalid('references that lie in no run of a program');
      regions.push({ at, length, ...this.#kind() });
    }
    return regions;
  }

  #kind(): Pick<Region, 'kind' | 'origin' | 'newOrigin'> {
    const id = this.#from.next();
    const kind = kinds[id];
    if (kind === undefined) throw deltaInvalid(`references of the kind ${id} are not known`);
    if (!referenceKinds[kind].hasOrigin) return { kind, origin: 0, newOrigin: 0 };
    const origin = this.#from.nextSigned();
    const newOrigin = origin + this.#from.nextSigned();
    if (Math.max(Math.abs(origin), Math.abs(newOrigin)) > originLimit)
      throw deltaInvalid('references are counted from beyond all addresses');
    return { kind, origin, newOrigin };
  }

  #count(): number {
    const count = this.#from.next();
    this.#parts += count;
    if (this.#parts > partLimit) throw deltaInvalid('its programs have too many parts');
    return count;
  }

  #length(): number {
    const length = this.#from.next();
    if (length === 0) throw deltaInvalid('a part of a program without bytes');
    return length;
  }

  end(): void {
    this.#from.end();
  }
}
