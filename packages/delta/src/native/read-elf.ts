import type { RandomAccess } from '@block-pack/core';
import type { Run } from './programs.ts';
import type { ReferenceKind } from './references.ts';

/** Bytes of a file that are of one sort, such as instructions or a table. Places are those of the file. */
export interface ProgramSection {
  readonly name: string;
  readonly at: number;
  readonly length: number;
  readonly isCode: boolean;
}

/** A program or a shared library, as its headers say that it is. */
export interface ProgramFile {
  /** Of its instructions, where they are known. */
  readonly code: ReferenceKind | undefined;
  /** The lowest address that it has by itself; all others here count from it. */
  readonly base: number;
  readonly memory: number;
  /** Places are those of the file, in their order. */
  readonly runs: readonly Run[];
  /** In the order of their places, none upon another. */
  readonly sections: readonly ProgramSection[];
}

/** Headers have fewer; what has more is no program that anyone runs. */
const headerLimit = 4096;
const namesLimit = 1 << 20;
/** Bytes of a name: sections may all begin in the same long one. */
const nameLimit = 256;
const memoryLimit = 2 ** 30;

const machines: Readonly<Record<number, ReferenceKind>> = { 62: 'x86-64', 183: 'aarch64' };

/** True where the first bytes of a file are those of an {@link https://gabi.xinuos.com/elf/02-eheader.html ELF file} of 64 bits, little-endian. */
export function isElf(start: Uint8Array): boolean {
  return [0x7f, 0x45, 0x4c, 0x46, 2, 1].every((byte, at) => start[at] === byte);
}

/** Undefined for what is no such file, or not a sound one. */
export async function readElf(file: RandomAccess): Promise<ProgramFile | undefined> {
  if (file.size < 64) return undefined;
  const start = await file.read(0, 64);
  if (!isElf(start)) return undefined;
  const header = new Fields(start);
  const segments = await readTable(file, header.word(32), header.half(54), header.half(56));
  const sections = await readTable(file, header.word(40), header.half(58), header.half(60));
  const loaded = segments.filter((one) => one.int(0) === 1 && one.word(40) > 0);
  const runs = runsOf(loaded, file.size);
  if (runs.length === 0) return undefined;
  const base = Math.floor(Math.min(...loaded.map((one) => one.word(16))) / 4096) * 4096;
  const memory = Math.max(...loaded.map((one) => one.word(16) + one.word(40))) - base;
  if (memory > memoryLimit || runs.some(({ address, length }) => address - base + length > memory))
    return undefined;
  const end = Math.max(...runs.map(({ at, length }) => at + length));
  const names = await readNames(file, sections[header.half(62)]);
  const named = withoutOverlaps(sections.flatMap((one) => sectionOf(one, names, file.size)));
  return {
    code: machines[header.half(18)],
    base,
    // What is not loaded, such as symbols, may hold addresses all the same: it gets some behind all others.
    memory: memory + file.size - end,
    runs: [
      ...runs.map((run) => ({ ...run, address: run.address - base })),
      ...(end < file.size ? [{ at: end, length: file.size - end, address: memory }] : []),
    ],
    sections: named,
  };
}

async function readTable(file: RandomAccess, at: number, size: number, count: number): Promise<Fields[]> {
  if (size < 56 || count > headerLimit || at + size * count > file.size) return [];
  const bytes = await file.read(at, size * count);
  return Array.from({ length: count }, (_, i) => new Fields(bytes.subarray(i * size, (i + 1) * size)));
}

function runsOf(segments: readonly Fields[], size: number): Run[] {
  const runs = segments.map((one) => ({ at: one.word(8), address: one.word(16), length: one.word(32) }));
  return withoutOverlaps(runs).filter(({ at, length }) => at + length <= size);
}

async function readNames(file: RandomAccess, section: Fields | undefined): Promise<Uint8Array> {
  const [at, length] = section === undefined ? [0, 0] : [section.word(24), section.word(32)];
  return length > namesLimit || at + length > file.size ? new Uint8Array() : file.read(at, length);
}

/** Types of sections without bytes, and of strings. */
const noBytes = 8;
const strings = 3;

function sectionOf(section: Fields, names: Uint8Array, size: number): ProgramSection[] {
  const [type, at, length] = [section.int(4), section.word(24), section.word(32)];
  if (type === 0 || type === noBytes || type === strings || at + length > size) return [];
  return [{ name: nameAt(names, section.int(0)), at, length, isCode: (section.int(8) & 4) !== 0 }];
}

/** Empty for what does not end soon. */
function nameAt(names: Uint8Array, start: number): string {
  const name = names.subarray(start, start + nameLimit);
  return new TextDecoder().decode(name.subarray(0, Math.max(0, name.indexOf(0))));
}

/** In the order of their places; what lies upon one before is left out. */
function withoutOverlaps<T extends { readonly at: number; readonly length: number }>(all: readonly T[]): T[] {
  let end = 0;
  return all
    .filter(({ length }) => length > 0)
    .sort((a, b) => a.at - b.at)
    .filter(({ at, length }) => {
      if (at < end) return false;
      end = at + length;
      return true;
    });
}

/** Numbers of a header. */
class Fields {
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  half(at: number): number {
    return this.#view.getUint16(at, true);
  }

  int(at: number): number {
    return this.#view.getUint32(at, true);
  }

  word(at: number): number {
    return this.int(at) + this.int(at + 4) * 2 ** 32;
  }
}
