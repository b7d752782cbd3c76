import { classStreamNames } from '../class/class-streams.ts';
import { type ContentPair, type LevelledWindow, levelClasses } from '../class/level-classes.ts';
import { type ClassContents, takeApartClasses, type WindowApart } from '../class/take-apart-classes.ts';
import { unitStreamNames } from '../class/unit-streams.ts';
import { type FoundPrograms, placedAnew } from '../native/choose-regions.ts';
import { type Attempts, type Candidate, type Ranked, type Sized, smallest, streamsOf } from './candidates.ts';
import type { Window } from './cover.ts';
import { type MixedStreams, mixedLength, packStreams, sectionBytes, totalLength } from './packing.ts';
import { roughSize } from './rough-size.ts';
import { encodeSectionHeader, type Transform } from './section.ts';
import { streamNames } from './streams.ts';
import { shortWindow, ways } from './ways-of-matching.ts';

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
 * @param onPassed called now and then with what part of the search is done, less than 1
 */
export async function matchSection(
  window: Window,
  pairs: readonly ContentPair[] = [],
  found?: FoundPrograms,
  onPassed?: (share: number) => void,
): Promise<readonly [MatchedSection, ...MatchedSection[]]> {
  const { bytes, baseLength } = window;
  const classes = levelClasses(window, pairs);
  const levelled = classes && (await matchLevelled(classes, window, { found, onPassed }));
  const [first, ...others] = levelled ?? (await smallest(window, { found, onPassed }));
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
  { found, onPassed }: Pick<Attempts, 'found' | 'onPassed'>,
): Promise<Ranked | undefined> {
  const placed = found && placedAnew(found, classes.placeOf);
  const ranked = await smallest(classes.window, { found: placed, onPassed });
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
  const all = [...Object.values(units.streams), ...Object.values(candidate.streams)];
  return totalLength(all) <= most ? [{ ...candidate, ...section }] : [];
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
  mixed?: MixedStreams,
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
