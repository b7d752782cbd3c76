import type { Cover, Window } from '../difference/cover.ts';
import { MissCount } from './count-misses.ts';
import type { FoundProgram } from './find-programs.ts';
import type { Program, Programs, Region } from './programs.ts';
import type { ProgramFile, ProgramSection } from './read-elf.ts';

/** Tables of one section are told apart where they are longer than this. */
const blockLength = 1 << 14;

/** What a region costs in bytes, about. */
const regionCost = 8;

/** The programs of a window, with a side for each of base and new bytes. */
export interface FoundPrograms {
  readonly olds: readonly FoundProgram[];
  readonly news: readonly FoundProgram[];
  /** For each old one the new one that is most like it. */
  readonly successors: ReadonlyMap<FoundProgram, FoundProgram>;
}

/** The same, where new bytes lie elsewhere now. */
export function placedAnew(found: FoundPrograms, placeOf: (at: number) => number): FoundPrograms {
  const moved = new Map(found.news.map((one) => [one, { ...one, at: placeOf(one.at) }]));
  const successors = new Map<FoundProgram, FoundProgram>();
  for (const [old, next] of found.successors) successors.set(old, moved.get(next) ?? next);
  return { olds: found.olds, news: [...moved.values()], successors };
}

/** Says for all bytes of the old programs what kind of references they are taken for: the kind that saves most, by trying each. */
export function chooseRegions(window: Window, found: FoundPrograms, covers: readonly Cover[]): Programs {
  const programs = { olds: found.olds.map(programOf), news: found.news.map(programOf), regions: [] };
  const all = found.olds.flatMap((old) => areasOf(old, found.successors.get(old)));
  const count = new MissCount(window, covers);
  const plain = count.of(all, programs);
  const choices = all.flatMap((area, i): Choice[] => {
    const misses = (plain[i] as number) - regionCost;
    return misses > 0 ? [{ area, misses, way: undefined }] : [];
  });
  const rounds = choices.reduce((most, { area }) => Math.max(most, area.ways.length), 0);
  for (let round = 0; round < rounds; round++) {
    const tried = choices.filter(({ area }) => round < area.ways.length);
    const regions = tried.flatMap(({ area }) => regionOf(area, area.ways[round]));
    const counted = count.of(
      tried.map(({ area }) => area),
      { ...programs, regions },
    );
    for (const [i, choice] of tried.entries()) {
      const misses = counted[i] as number;
      if (misses >= choice.misses) continue;
      choice.misses = misses;
      choice.way = choice.area.ways[round];
    }
  }
  return { ...programs, regions: joined(choices.flatMap(({ area, way }) => regionOf(area, way))) };
}

/** What an area is taken for until something better is found, and how many bytes are to be corrected then. */
interface Choice {
  readonly area: Area;
  misses: number;
  way: Way | undefined;
}

type Way = Pick<Region, 'kind' | 'origin' | 'newOrigin'>;

/** Bytes of the base that hold references of one kind, if any. */
interface Area {
  readonly at: number;
  readonly length: number;
  /** What is tried. */
  readonly ways: readonly Way[];
}

function programOf({ at, offset, length, program }: FoundProgram): Program {
  const runs = program.runs.flatMap((run) => {
    const part = partOf(run, { at: offset, length });
    if (part === undefined) return [];
    return { ...part, at: part.at - offset + at, address: run.address + part.at - run.at };
  });
  return { memory: program.memory, runs };
}

/** What of a place lies in another. */
function partOf({ at, length }: Place, whole: Place): Place | undefined {
  const start = Math.max(at, whole.at);
  const end = Math.min(at + length, whole.at + whole.length);
  return end > start ? { at: start, length: end - start } : undefined;
}

function areasOf(old: FoundProgram, next: FoundProgram | undefined): Area[] {
  const { program, at, offset, length } = old;
  const here = { at: offset, length };
  return program.sections.flatMap((section) => {
    const ways = section.isCode ? codeWays(program) : next === undefined ? [] : tableWays(old, next, section);
    const blocks = section.isCode ? codeOf(section, here) : blocksOf(section);
    return blocks
      .filter((block) => isWithin(block, here) && program.runs.some((run) => isWithin(block, run)))
      .map((block) => ({ at: block.at - offset + at, length: block.length, ways }));
  });
}

/** Code in one piece, from a whole instruction on where they have four bytes. */
function codeOf(section: Place, here: Place): Place[] {
  const part = partOf(section, here);
  if (part === undefined) return [];
  const skipped = Math.ceil((part.at - section.at) / 4) * 4 - (part.at - section.at);
  return part.length > skipped ? [{ at: part.at + skipped, length: part.length - skipped }] : [];
}

function codeWays({ code }: ProgramFile): Way[] {
  return code === undefined ? [] : [{ kind: code, origin: 0, newOrigin: 0 }];
}

/** What a table may be: whole addresses; distances; or offsets from its own beginning, that of the code or that of constants. */
function tableWays(
  { program: old }: FoundProgram,
  { program: next }: FoundProgram,
  { name }: ProgramSection,
): Way[] {
  const origins = [name, '.text', '.rodata'].flatMap((one) => {
    const [origin, newOrigin] = [addressOf(old, one), addressOf(next, one)];
    return origin === undefined || newOrigin === undefined
      ? []
      : [{ kind: 'offsets', origin, newOrigin } as const];
  });
  return [
    { kind: 'addresses', origin: -old.base, newOrigin: -next.base },
    { kind: 'distances', origin: 0, newOrigin: 0 },
    ...origins,
  ];
}

function addressOf({ sections, runs }: ProgramFile, name: string): number | undefined {
  const section = sections.find((one) => one.name === name);
  const run = section && runs.find((one) => isWithin(section, one));
  return section && run && section.at - run.at + run.address;
}

function blocksOf({ at, length }: Place): Place[] {
  return Array.from({ length: Math.ceil(length / blockLength) }, (_, i) => {
    const start = i * blockLength;
    return { at: at + start, length: Math.min(blockLength, length - start) };
  });
}

interface Place {
  readonly at: number;
  readonly length: number;
}

function isWithin(part: Place, whole: Place): boolean {
  return part.at >= whole.at && part.at + part.length <= whole.at + whole.length;
}

function regionOf({ at, length }: Area, way: Way | undefined): Region[] {
  return way === undefined ? [] : [{ at, length, ...way }];
}

/** Neighbours of one kind as one. */
function joined(regions: readonly Region[]): Region[] {
  const all: Region[] = [];
  for (const region of regions) {
    const last = all.at(-1);
    const goesOn =
      last !== undefined &&
      last.at + last.length === region.at &&
      last.kind === region.kind &&
      last.origin === region.origin &&
      last.newOrigin === region.newOrigin;
    if (goesOn) all[all.length - 1] = { ...last, length: last.length + region.length };
    else all.push(region);
  }
  return all;
}
