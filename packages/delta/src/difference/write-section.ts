import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { BlockPackError } from '@block-pack/core';
import { classStreamNames } from '../class/class-streams.ts';
import { type ContentPair, type LevelledWindow, levelClasses } from '../class/level-classes.ts';
import { type ClassContents, takeApartClasses, type WindowApart } from '../class/take-apart-classes.ts';
import { type UnitStreams, unitStreamNames } from '../class/unit-streams.ts';
import { chooseRegions, type FoundPrograms, placedAnew } from '../native/choose-regions.ts';
import { expectedBytes } from '../native/expected-bytes.ts';
import { decodePrograms, encodePrograms, type Programs } from '../native/programs.ts';
import { applyCovers } from './apply-covers.ts';
import { betweenRuns } from './between-runs.ts';
import { type Cover, growCovers, type Window } from './cover.ts';
import { longRuns } from './long-runs.ts';
import { exactCovers, type MatchSearch } from './match.ts';
import { type MixedPart, mixedLength, packStreams, partsOf, sectionBytes } from './packing.ts';
import { EitherSearch, RepeatSearch } from './repeat-search.ts';
import { encodeSectionHeader, streamLimit, type Transform } from './section.ts';
import {
  type CoverStreams,
  type DifferenceForm,
  differenceForms,
  streamNames,
  writeStreams,
} from './streams.ts';
import { SuffixSearch } from './suffix-search.ts';

/** One way to write the new bytes. */
interface Candidate {
  readonly form: DifferenceForm;
  readonly streams: CoverStreams;
  /** Encoded, where references of native code are predicted. */
  readonly programs?: Uint8Array;
}

/** A section whose streams are not packed yet. */
export interface MatchedSection extends Candidate {
  readonly newLength: number;
  readonly baseLength: number;
  /** Where its class files are levelled. */
  readonly classes: LevelledWindow | undefined;
  /** Where its class files are said by their units. */
  readonly units?: WindowApart;
}

/**
 * Ways to make the new bytes of a window from its base, the smallest first, and behind it those that might come to less when they are mixed. This takes
 * the thread; {@link packSection} others.
 * @param pairs contents that may be class files
 * @param found native code
 */
export async function matchSection(
  window: Window,
  pairs: readonly ContentPair[] = [],
  found?: FoundPrograms,
): Promise<readonly [MatchedSection, ...MatchedSection[]]> {
  const { bytes, baseLength } = window;
  const classes = levelClasses(window, pairs);
  const levelled = classes && (await matchLevelled(classes, window, found));
  const [first, ...others] = levelled ?? (await smallest(window, { found }));
  const section = ({ candidate }: Sized): MatchedSection => ({
    ...candidate,
    classes: levelled && classes,
    newLength: bytes.length - baseLength,
    baseLength,
  });
  return [section(first), ...others.map(section)];
}

/** Undefined where the bytes as they are would come to less. Of a long window that is not asked, since it would cost the most. */
async function matchLevelled(
  classes: LevelledWindow,
  window: Window,
  found: FoundPrograms | undefined,
): Promise<Ranked | undefined> {
  const placed = found && placedAnew(found, classes.placeOf);
  const ranked = await smallest(classes.window, { found: placed });
  if (window.bytes.length <= shortWindow) {
    const [plain] = await smallest(window, { among: [ways.short[0]], found });
    const streams = [...streamsOf(ranked[0].candidate), ...Object.values(classes.streams)];
    if (plain.size < (await roughSize(streams))) return undefined;
  }
  return ranked;
}

/**
 * The ways to make the new bytes of a window with class files said by their units: useless where not all is mixed.
 * @param most bytes of streams that may be mixed
 * @returns none where there is no class file, or too much to mix
 */
export async function matchUnits(
  window: Window,
  contents: ClassContents,
  most: number,
): Promise<readonly MatchedSection[]> {
  const units = takeApartClasses(window, contents, most);
  if (units === undefined) return [];
  const { bytes, baseLength } = window;
  const section = { classes: undefined, units, newLength: bytes.length - baseLength, baseLength };
  const [{ candidate }] = await smallest(units.window);
  const isMixable = totalLength(units.streams) + totalLength(candidate.streams) <= most;
  return isMixable ? [{ ...candidate, ...section }] : [];
}

export interface PackedSection {
  readonly bytes: Uint8Array;
  /** Bytes of its streams that are mixed. */
  readonly mixed: number;
}

/**
 * A section's bytes.
 * @param pieces where the base comes from, encoded
 * @param mixed streams of it; they are taken where they are smaller so
 */
export async function packSection(
  section: MatchedSection,
  pieces: Uint8Array,
  mixed?: MixedPart,
  quality?: number,
): Promise<PackedSection> {
  const { form, newLength, baseLength } = section;
  const transform = transformOf(section);
  const qualityOf = quality === undefined ? undefined : () => quality;
  const packed = await packStreams(sectionStreams(section, pieces), qualityOf, mixed);
  const header = encodeSectionHeader({ transform, form, newLength, baseLength }, packed);
  return {
    bytes: sectionBytes(header, packed),
    mixed: mixedLength({ raw: packed.rawLengths, mixed: packed.mixed }),
  };
}

/** In the order of the format. */
export function sectionStreams(
  { streams, classes, units, programs }: MatchedSection,
  pieces: Uint8Array,
): Uint8Array[] {
  const own = { pieces, ...streams };
  return [
    ...streamNames.map((name) => own[name]),
    ...(classes === undefined ? [] : classStreamNames.map((name) => classes.streams[name])),
    ...(units === undefined ? [] : unitStreamNames.map((name) => units.streams[name])),
    ...(programs === undefined ? [] : [programs]),
  ];
}

export function transformOf({ classes, units, programs }: MatchedSection): Transform {
  if (units !== undefined) return 'units';
  if (programs !== undefined) return classes === undefined ? 'native' : 'both';
  return classes === undefined ? 'none' : 'class';
}

interface Attempts {
  /** Ways of matching; without them those for windows of this kind. */
  readonly among?: readonly Way[];
  readonly found?: FoundPrograms | undefined;
}

/** The smallest candidate, and behind it those of other ways of matching that are nearly as small. */
type Ranked = readonly [Sized, ...Sized[]];

/** What rough sizes do not tell: mixed, long literals come to less beside short covers than they say. */
const rivalShare = 1.04;
const mostRivals = 3;

async function smallest(window: Window, { among, found }: Attempts = {}): Promise<Ranked> {
  const newLength = window.bytes.length - window.baseLength;
  const plain = await sized(literalsOnly(window));
  const isPacked = plain.size > newLength * packedShare;
  const limit = streamLimit(newLength);
  let ranked: Ranked = [plain];
  // Sizes are found by other threads while this one looks for the next covers.
  let waiting: Promise<readonly Sized[]> = Promise.resolve([]);
  let programs: Programs | undefined;
  for (const covers of coversOf(window, isPacked, among)) {
    ranked = rankedWith(ranked, await waiting);
    programs ??= found && chooseRegions(window, found, covers);
    const all = [...candidates(window, covers), ...predicted(window, covers, programs)];
    waiting = Promise.all(all.filter(({ streams }) => totalLength(streams) <= limit).map(sized));
  }
  return rankedWith(ranked, await waiting);
}

/** With the smallest candidate of one more way, if there is any. What is too large is not kept: it may have as many bytes as the window. */
function rankedWith(ranked: Ranked, more: readonly Sized[]): Ranked {
  // Those of one size are the same covers, found in several ways; of equally small ones the first comes first.
  const bySize = (one: Sized, other: Sized): number => one.size - other.size;
  const all = [...ranked, ...[...more].sort(bySize).slice(0, 1)].sort(bySize);
  const [first = ranked[0], ...others] = all.filter(({ size }, at) => size !== all[at - 1]?.size);
  return [first, ...others.filter(({ size }) => size <= first.size * rivalShare).slice(0, mostRivals)];
}

/** What hardly shrinks was packed before: it repeats nothing but whole files. */
const packedShare = 0.98;

function candidates(window: Window, covers: readonly Cover[], expected?: Uint8Array): Candidate[] {
  return differenceForms.map((form) => ({ form, streams: writeStreams(window, covers, form, expected) }));
}

/** With references predicted, if that comes back to the byte. */
function predicted(window: Window, covers: readonly Cover[], programs: Programs | undefined): Candidate[] {
  if (programs === undefined || programs.regions.length === 0) return [];
  const all = candidates(window, covers, expectedBytes(window, programs, covers));
  const encoded = encodePrograms(programs);
  return all.slice(0, 1).every((one) => comesBack(window, one, encoded))
    ? all.map((one) => ({ ...one, programs: encoded }))
    : [];
}

function comesBack(
  { bytes, baseLength }: Window,
  { streams, form }: Candidate,
  encoded: Uint8Array,
): boolean {
  const made = bytes.slice().fill(0, baseLength);
  try {
    const programs = decodePrograms(encoded, baseLength, bytes.length - baseLength);
    applyCovers({ bytes: made, baseLength }, streams, form, programs);
  } catch (error) {
    // Headers that lie may say more than a section can.
    if (error instanceof BlockPackError) return false;
    throw error;
  }
  return Buffer.compare(made, bytes) === 0;
}

interface Sized {
  readonly candidate: Candidate;
  readonly size: number;
}

async function sized(candidate: Candidate): Promise<Sized> {
  return { candidate, size: await roughSize(streamsOf(candidate)) };
}

function streamsOf({ streams, programs }: Candidate): Uint8Array[] {
  return [...Object.values(streams), ...(programs === undefined ? [] : [programs])];
}

function literalsOnly(window: Window): Candidate {
  return { form: 'split', streams: writeStreams(window, [], 'split') };
}

/** A way of matching: in the base alone, or also in what the new bytes repeat of themselves; from which threshold on. */
type Way = readonly ['base' | 'either', number];

/** The best way is known when it was tried. What takes long is tried in the two ways that were best for its like. */
const ways = {
  short: [
    ['either', 12],
    ['either', 16],
    ['either', 24],
    ['either', 32],
    ['base', 12],
    ['base', 16],
    ['base', 24],
  ],
  text: [
    ['either', 32],
    ['either', 16],
  ],
  // Class files like many covers; native code fewer, and it does not repeat itself.
  binary: [
    ['either', 12],
    ['base', 24],
  ],
} as const satisfies Record<string, readonly Way[]>;

/** Bytes of a window up to which all ways are tried. */
const shortWindow = 8 << 20;

/**
 * Of long windows, long runs are taken as they are, and all ways look at what is between them. Shorter ones are looked at as a whole: class files
 * would be a third larger, since what is new resembles old bytes anywhere.
 * @param isPacked whether looking for what new bytes repeat of each other would find nothing, in a second for each megabyte
 */
function* coversOf(window: Window, isPacked: boolean, among?: readonly Way[]): Iterable<readonly Cover[]> {
  const between = betweenRuns(window, window.bytes.length > shortWindow ? longRuns(window) : []);
  const near = between.window;
  const covers = (search: MatchSearch, threshold: number): Cover[] =>
    growCovers(window, between.joined(exactCovers(near, search, threshold)));
  if (near.baseLength === near.bytes.length || (near.baseLength === 0 && isPacked)) {
    yield growCovers(window, between.joined([]));
    return;
  }
  if (near.baseLength === 0) {
    yield covers(new RepeatSearch(near), 32);
    return;
  }
  const base = new SuffixSearch(near);
  for (const [where, threshold] of among ?? waysFor(near)) {
    const search = where === 'base' ? base : new EitherSearch(base, new RepeatSearch(near));
    yield covers(search, threshold);
  }
}

function waysFor(window: Window): readonly Way[] {
  return ways[window.bytes.length <= shortWindow ? 'short' : isText(window) ? 'text' : 'binary'];
}

/** One byte in this many tells text from other things. */
const sampleStep = 61;

/** Whether nearly all new bytes are ASCII text. */
function isText({ bytes, baseLength }: Window): boolean {
  let seen = 0;
  let plain = 0;
  for (let at = baseLength; at < bytes.length; at += sampleStep) {
    const byte = bytes[at] as number;
    seen++;
    if ((byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d)) plain++;
  }
  return plain >= seen * 0.9;
}

const compress = promisify(brotliCompress);

const roughQuality = 5;

/** Orders candidates as their final sizes would, at a fraction of the time. */
export async function roughSize(streams: readonly Uint8Array[]): Promise<number> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: roughQuality };
  const sizes = partsOf(streams).map(async (part) => (await compress(part, { params })).length);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function totalLength(streams: CoverStreams | UnitStreams): number {
  return Object.values(streams).reduce((sum, { length }) => sum + length, 0);
}
