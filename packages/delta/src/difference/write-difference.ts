import { type Bytes, checkSignal, type RandomAccess } from '@block-pack/core';
import type { ContentPair } from '../class/level-classes.ts';
import type { ClassContents } from '../class/take-apart-classes.ts';
import type { FoundPrograms } from '../native/choose-regions.ts';
import { type FilePiece, findPrograms } from '../native/find-programs.ts';
import { VarintWriter } from '../varint.ts';
import { alignParts } from './align.ts';
import { allowedMixing, type DifferenceBase } from './allowance.ts';
import type { Window } from './cover.ts';
import { mixSmallest } from './mix-section.ts';
import { totalLength } from './packing.ts';
import { encodePieces, type Piece } from './pieces.ts';
import { planSections, type SectionPlan } from './plan-sections.ts';
import { readPieces } from './read-pieces.ts';
import { sectionLimit, type Transform } from './section.ts';
import {
  matchSection,
  matchUnits,
  type PackedSection,
  packSection,
  sectionStreams,
  transformOf,
} from './write-section.ts';

/** `BPD` and the version of the format. */
export const differenceMagic = Uint8Array.of(0x42, 0x50, 0x44, 0x31);

/** Something that a difference makes. */
export interface DifferenceContent {
  readonly content: RandomAccess;
  /** Index of the base that it is most like; without one it may still share bytes with those of its neighbours. */
  readonly base?: number;
}

export interface DifferenceOptions {
  /** Brotli's, 0 to 11; without it the best for all but very long streams. */
  readonly quality?: number;
  /** Most bytes of content, and of base, that are compared at once, up to 64 MiB; see docs/format/difference.md for the memory. */
  readonly sectionLength?: number;
  /** Most bytes of streams that are mixed: smaller, but reading 500,000 of them takes 0.6 s. 500,000 without it. */
  readonly mostMixed?: number;
  readonly signal?: AbortSignal;
  /** Called for each section with bytes of its streams that are mixed. */
  readonly onMixing?: (bytes: number) => void;
  /** Called for each section with what was done to it. */
  readonly onTransform?: (transform: Transform) => void;
  /** Called with the bytes of content that are written or looked through so far; with all of them when all are written. */
  readonly onProgress?: (bytes: number) => void;
  /** Called before what takes a good part of a second and more, in which no progress is told. */
  readonly onStage?: (stage: DifferenceStage) => void;
}

/** What is done to bytes of a section: its base is sorted, its streams are mixed or packed. */
export interface DifferenceStage {
  readonly deed: 'sorting' | 'mixing' | 'packing';
  readonly bytes: number;
}

/** Fewer bytes are sorted, mixed and packed at once, as far as people see. */
const leastTold = 1 << 19;

/** What is read in 0.6 s. */
const usuallyMixed = 500_000;

/** Both memory and time grow with it. Larger ones find little more: what belongs together lies together. */
const usualSectionLength = 24 << 20;

/**
 * The contents, one behind the other, as changes of the bases: specified in docs/format/difference.md. Where a content ends it does not
 * say. Each way of matching is tried, and the smallest result is kept. Bases and contents are read one section at a time.
 *
 * A base that no content names helps the one before it: give what disappeared beside what it was near.
 */
export async function* writeDifference(
  bases: readonly DifferenceBase[],
  contents: readonly DifferenceContent[],
  options: DifferenceOptions = {},
): Bytes {
  const sources = contents.map(({ content }) => content);
  yield encodeHeader(bases, sources);
  let written = 0;
  let mixable = mixableBytes(sources, options);
  const stage = (deed: DifferenceStage['deed'], bytes: number): void => {
    if (bytes >= leastTold) options.onStage?.({ deed, bytes });
  };
  const pack = async (section: Promise<PackedSection>): Promise<Uint8Array> => {
    const { bytes, mixed } = await section;
    if (mixed > 0) options.onMixing?.(mixed);
    return bytes;
  };
  // Other threads pack a section while this one matches the next.
  let packing: Packing | undefined;
  const packed = ({ bytes, length }: Packing): Promise<Uint8Array> => {
    stage('packing', length);
    return bytes;
  };
  for (const plan of await plansFor(bases, contents, options)) {
    checkSignal(options.signal);
    const window = await readWindow(plan, bases, sources);
    const found = await programsOf(plan, contents, bases, window);
    const pairs = pairsOf(plan, contents, bases);
    // To look through a section of 24 MiB takes this thread half a minute.
    const lookedThrough = (share: number) =>
      options.onProgress?.(written + Math.floor(share * (window.bytes.length - window.baseLength)));
    stage('sorting', window.baseLength);
    const units =
      found === undefined ? await matchUnits(window, classesOf(plan, contents, bases, pairs), mixable) : [];
    const [first, ...others] = await matchSection(window, pairs, found, lookedThrough);
    const all = [first, ...units, ...others] as const;
    const { section, mixed } = await mixSmallest(all, window, mixable, (bytes) => stage('mixing', bytes));
    mixable -= mixed === undefined ? 0 : totalLength(mixed.parts);
    if (packing !== undefined) yield await packed(packing);
    const bytes = pack(packSection(section, encodePieces(plan.bases, bases), mixed, options.quality));
    packing = { bytes, length: totalLength(sectionStreams(section, new Uint8Array())) };
    // Whoever stops reading does not wait for it.
    bytes.catch(() => {});
    options.onTransform?.(transformOf(section));
    written += section.newLength;
    options.onProgress?.(written);
  }
  if (packing !== undefined) yield await packed(packing);
}

/** A section that other threads pack. */
interface Packing {
  readonly bytes: Promise<Uint8Array>;
  /** Of its streams. */
  readonly length: number;
}

function mixableBytes(
  contents: readonly RandomAccess[],
  { mostMixed = usuallyMixed }: DifferenceOptions,
): number {
  return Math.min(mostMixed, allowedMixing(contents.reduce((sum, { size }) => sum + size, 0)));
}

function encodeHeader(bases: readonly DifferenceBase[], contents: readonly RandomAccess[]): Uint8Array {
  const header = new VarintWriter();
  for (const byte of differenceMagic) header.addByte(byte);
  header.add(bases.length);
  header.add(contents.reduce((sum, { size }) => sum + size, 0));
  return header.bytes();
}

function plansFor(
  bases: readonly DifferenceBase[],
  contents: readonly DifferenceContent[],
  { sectionLength = usualSectionLength }: DifferenceOptions,
): Promise<SectionPlan[]> {
  const sizes = contents.map(({ content, base }) => ({
    size: content.size,
    ...(base === undefined ? {} : { base }),
  }));
  const length = Math.max(1, Math.min(sectionLength, sectionLimit));
  return planSections(sizes, bases, length, (content, base, ...lengths) =>
    alignParts(at(bases, base), at(contents, content).content, ...lengths),
  );
}

async function readWindow(
  { bases: basePieces, contents: contentPieces }: SectionPlan,
  bases: readonly DifferenceBase[],
  contents: readonly RandomAccess[],
) {
  const baseLength = basePieces.reduce((sum, { length }) => sum + length, 0);
  const newLength = contentPieces.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(baseLength + newLength);
  await readPieces(basePieces, bases, bytes);
  await readPieces(contentPieces, contents, bytes.subarray(baseLength));
  return { bytes, baseLength };
}

/** Whole contents of a section whose bases are whole in it. */
function pairsOf(
  { bases: basePieces, contents: contentPieces }: SectionPlan,
  contents: readonly DifferenceContent[],
  bases: readonly RandomAccess[],
): ContentPair[] {
  const sources = new Map<number, { readonly source: number; readonly sourceLength: number }>();
  let end = 0;
  for (const { index, length } of basePieces) {
    if (length === at(bases, index).size) sources.set(index, { source: end, sourceLength: length });
    end += length;
  }
  return contentPieces.flatMap(({ index, length }) => {
    const target = end;
    end += length;
    const { base, content } = at(contents, index);
    const source = base === undefined ? undefined : sources.get(base);
    return source === undefined || length !== content.size ? [] : [{ ...source, target, length }];
  });
}

/** Where class files may lie in the window of a section. */
function classesOf(
  { bases: basePieces, contents: contentPieces }: SectionPlan,
  contents: readonly DifferenceContent[],
  bases: readonly RandomAccess[],
  pairs: readonly ContentPair[],
): ClassContents {
  const files = contents.map(({ content }) => content);
  const baseLength = basePieces.reduce((sum, { length }) => sum + length, 0);
  const wholeOnes = (pieces: readonly FilePiece[], start: number) =>
    pieces.flatMap(({ at, length, file }) => (length === file.size ? [{ start: start + at, length }] : []));
  return {
    bases: wholeOnes(placed(basePieces, bases), 0),
    news: wholeOnes(placed(contentPieces, files), baseLength),
    pairs,
  };
}

/** Native code on both sides; undefined where there is none. */
async function programsOf(
  plan: SectionPlan,
  contents: readonly DifferenceContent[],
  bases: readonly RandomAccess[],
  { bytes, baseLength }: Window,
): Promise<FoundPrograms | undefined> {
  const files = contents.map(({ content }) => content);
  const news = await findPrograms(placed(plan.contents, files), bytes.subarray(baseLength));
  if (news.length === 0) return undefined;
  const olds = await findPrograms(placed(plan.bases, bases), bytes.subarray(0, baseLength));
  if (olds.length === 0) return undefined;
  const successors = olds.flatMap((old) => {
    const next = news.find(({ index }) => contents[index]?.base === old.index);
    return next === undefined ? [] : [[old, next] as const];
  });
  return { olds, news, successors: new Map(successors) };
}

function placed(pieces: readonly Piece[], files: readonly RandomAccess[]): FilePiece[] {
  let end = 0;
  return pieces.map(({ index, offset, length }) => {
    end += length;
    return { index, at: end - length, offset, length, file: at(files, index) };
  });
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new RangeError(`${index} of ${list.length}`);
  return found;
}
