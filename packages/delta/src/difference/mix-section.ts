import { joinClasses } from '../class/join-classes.ts';
import { SectionMixer } from '../mixing/section-mixer.ts';
import { decodePrograms } from '../native/programs.ts';
import { applyCovers } from './apply-covers.ts';
import type { Window } from './cover.ts';
import { type MixedPart, mixedLength } from './packing.ts';
import { mixableStreams } from './section.ts';
import { type MatchedSection, sectionStreams, transformOf } from './write-section.ts';

/**
 * Mixes streams of a section. For that it takes the new bytes out of the window that was compared, and makes them again as a reader will: what is seen
 * here is what is seen there.
 * @param window as it was read
 * @param most bytes of streams that may be mixed
 */
export function mixSection(section: MatchedSection, window: Window, most: number): MixedPart | undefined {
  const { form, streams, classes, units, programs } = section;
  const all = sectionStreams(section, new Uint8Array());
  const places = shortestFirst(all, most);
  if (places.size === 0) return undefined;
  const mixer = new SectionMixer(mixableStreams(transformOf(section), form, all, places));
  const base = window.bytes.subarray(0, window.baseLength);
  mixer.mixTransform(base);
  if (units !== undefined) joinClasses(base, section.newLength, mixer.classes(base));
  mixer.mixCovers();
  const compared = units?.window ?? classes?.window ?? window;
  compared.bytes.fill(0, compared.baseLength);
  const found =
    programs && decodePrograms(programs, compared.baseLength, compared.bytes.length - compared.baseLength);
  applyCovers(compared, streams, form, found, mixer.contents(compared));
  const length = mixedLength({ raw: all.map((stream) => stream.length), mixed: places });
  return { places, length, bytes: mixer.end() };
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
