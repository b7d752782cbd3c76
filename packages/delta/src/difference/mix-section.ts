import { joinClasses } from '../class/join-classes.ts';
import { mixEarly, SectionMixer } from '../mixing/section-mixer.ts';
import { decodePrograms } from '../native/programs.ts';
import { applyCovers } from './apply-covers.ts';
import type { Window } from './cover.ts';
import { type MixedStreams, mixedLength, totalLength } from './packing.ts';
import { roughSize } from './rough-size.ts';
import { mixableStreams } from './section.ts';
import { type MatchedSection, sectionStreams, transformOf } from './write-section.ts';

/** A section, and what of its streams is mixed. */
export interface MixedSection {
  readonly section: MatchedSection;
  readonly mixed: MixedStreams | undefined;
}

/** Sections of more bytes of streams are mixed in one way alone, and by units, which saves most: each byte takes microseconds. */
const comparedLength = 1 << 19;

/**
 * Of ways to write a section the one that comes to least when it is mixed, which is told by doing it.
 * @param ways the smallest without mixing first
 * @param window as it was read
 * @param most bytes of streams that may be mixed
 * @param onMixing called before streams of so many bytes are mixed
 */
export async function mixSmallest(
  ways: readonly [MatchedSection, ...MatchedSection[]],
  window: Window,
  most: number,
  onMixing?: (bytes: number) => void,
): Promise<MixedSection> {
  const [first] = ways;
  const only = { section: first, mixed: mixSection(first, window, most, onMixing) };
  if (ways.length === 1 || only.mixed === undefined) return only;
  let best = { ...only, size: await sizeOf(only) };
  for (const section of ways.slice(1)) {
    if (section.units === undefined && totalLength(streamsOf(section)) > comparedLength) continue;
    const one = { section, mixed: mixSection(section, window, most, onMixing) };
    const size = await sizeOf(one);
    if (size < best.size) best = { ...one, size };
  }
  return best;
}

async function sizeOf({ section, mixed }: MixedSection): Promise<number> {
  const others = streamsOf(section).filter((_, place) => !mixed?.places.has(place));
  const apart = mixed?.parts.map(({ bytes }) => bytes) ?? [];
  return totalLength(apart) + (await roughSize(others));
}

/** All but where the base comes from, which is the same whatever the way. */
function streamsOf(section: MatchedSection): Uint8Array[] {
  return sectionStreams(section, new Uint8Array());
}

/**
 * Mixes streams of a section. For that it takes the new bytes out of the window that was compared, and makes them again as a reader will: what is seen
 * here is what is seen there.
 * @param window as it was read
 * @param most bytes of streams that may be mixed
 */
function mixSection(
  section: MatchedSection,
  window: Window,
  most: number,
  onMixing?: (bytes: number) => void,
): MixedStreams | undefined {
  const { form, streams, classes, units, programs } = section;
  const all = streamsOf(section);
  const places = shortestFirst(all, most);
  if (places.size === 0) return undefined;
  const raw = all.map((stream) => stream.length);
  const length = mixedLength({ raw, mixed: places });
  onMixing?.(length);
  const mixable = mixableStreams(transformOf(section), form, all, places);
  const early = mixable.early.size === 0 ? [] : [mixEarly(mixable)];
  const mixer = new SectionMixer(mixable);
  const base = window.bytes.subarray(0, window.baseLength);
  mixer.mixTransform(base);
  if (units !== undefined) joinClasses(base, section.newLength, mixer.classes(base));
  mixer.mixCovers();
  const compared = units?.window ?? classes?.window ?? window;
  compared.bytes.fill(0, compared.baseLength);
  const found =
    programs && decodePrograms(programs, compared.baseLength, compared.bytes.length - compared.baseLength);
  applyCovers(compared, streams, form, found, mixer.contents(compared));
  const apart = mixedLength({ raw, mixed: mixable.early });
  const late = { length: length - apart, bytes: mixer.end() };
  return { places, parts: [...early.map((bytes) => ({ length: apart, bytes })), late] };
}

/** The places of as many streams as may be mixed. Long ones are literals mostly, and gain the least. */
function shortestFirst(streams: readonly Uint8Array[], most: number): ReadonlySet<number> {
  const places = new Set<number>();
  let left = most;
  const byLength = [...streams.entries()].sort(([, one], [, other]) => one.length - other.length);
  for (const [place, { length }] of byLength) {
    left -= length;
    if (left < 0) break;
    if (length > 0) places.add(place);
  }
  return places;
}
