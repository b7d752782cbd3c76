import { byteMixerProgram } from '../assembled/byte-mixer.ts';
import { moduleOf } from '../assembled/instantiate.ts';
import { eachUnitStream, unitStreamNames } from '../class/unit-streams.ts';
import type { Window } from '../difference/cover.ts';
import type { EarlyWalks, PlannedWalks } from './early-walks.ts';
import { MixedClasses } from './mixed-classes.ts';
import { type CoverPlaces, MixedContents, mixCovers } from './mixed-covers.ts';
import { StreamMixer, tableBits } from './stream-mixer.ts';
import { sortCount } from './value-sorts.ts';
import type { WayOfWalking } from './walk.ts';
import { mixText } from './whole-text.ts';

/** What is coded as bytes and not as numbers. */
const byteStreams: ReadonlySet<string> = new Set(['constantTags', 'constantNumbers']);

/** What is text, of which some may stand in the base. */
const textStreams: ReadonlySet<string> = new Set(['texts']);

/** What is coded when class files are made. */
const unitStreams: ReadonlySet<string> = new Set(unitStreamNames);

/** Where covers lie: each is coded beside the others. */
const coverStreams = ['coverLengths', 'literalLengths', 'origins', 'seeks'] as const;

/** What is coded beside bytes of the base, or of what is made of it. */
const lateStreams: ReadonlySet<string> = new Set([
  'differences',
  'values',
  'literals',
  ...textStreams,
  ...unitStreams,
]);

/** Of streams that are mixed the places of those that can be coded before the base is there, and without any other stream. */
export function earlyPlaces(names: readonly string[], mixed: ReadonlySet<number>): ReadonlySet<number> {
  const covers = new Set(coverStreams.map((name) => names.indexOf(name)));
  const areCoversMixed = [...covers].every((place) => mixed.has(place));
  const isEarly = (place: number): boolean =>
    covers.has(place) ? areCoversMixed : !lateStreams.has(names[place] ?? '');
  return new Set([...mixed].filter(isEarly));
}

/** The streams of a section. */
export interface MixableStreams {
  readonly names: readonly string[];
  readonly streams: readonly Uint8Array[];
  /** How many of them every section has; behind them are those of its transform. */
  readonly own: number;
  readonly isJoined: boolean;
  /** The places of those that are mixed. */
  readonly mixed: ReadonlySet<number>;
  /** The places of those of them that are apart, since they can be coded before the base is there. */
  readonly early: ReadonlySet<number>;
}

/**
 * Codes the early streams of a section, one way or the other: what its transform needs, and where covers lie.
 * @param packed what was written, where that is read
 * @throws DELTA_INVALID if something is left of what was read, or it ends too early
 */
export function mixEarly(section: MixableStreams, packed?: Uint8Array): Uint8Array {
  const steps = earlySteps(section, packed);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** {@link mixEarly} in two steps, which both say the places of the streams that are coded by then. Only behind the last is it known that all was right. */
export function* earlySteps(
  section: MixableStreams,
  packed?: Uint8Array,
): Generator<ReadonlySet<number>, Uint8Array> {
  const mixer = new StreamMixer(section.streams, section.early, kindsOf(section), packed);
  const { ofTransform, ofCovers } = plannedWalks(section);
  for (const { way, places } of ofTransform) mixer.walk(way, ...places);
  yield new Set(ofTransform.flatMap(({ places }) => places));
  for (const { way, places } of ofCovers) mixer.walk(way, ...places);
  const written = mixer.end();
  yield section.early;
  return written;
}

/**
 * What another thread has to know to read the early streams of a section.
 * @param lengths of its streams; 0 of those that are not early
 */
export function earlyWalks(
  section: Omit<MixableStreams, 'streams'>,
  lengths: readonly number[],
  packed: Uint8Array,
): EarlyWalks {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  return {
    program: moduleOf(byteMixerProgram),
    kinds: kindsOf(section),
    tableBits: tableBits(total),
    lengths,
    ...plannedWalks(section),
    packed,
  };
}

function plannedWalks(section: Omit<MixableStreams, 'streams'>): PlannedWalks {
  const { names, own, early } = section;
  const { coverLengths, literalLengths, origins, seeks } = coverPlaces(section);
  const covers = { way: 'codeCovers', places: [coverLengths, literalLengths, origins, seeks] } as const;
  const ofTransform = [...names.entries()].filter(([place]) => place >= own && early.has(place));
  return {
    ofTransform: ofTransform.map(([place, name]) => ({ way: wayOf(name), places: [place] })),
    ofCovers: early.has(coverLengths) ? [covers] : [],
  };
}

/** Codes streams of a section but the early ones, one way or the other, in three steps: what its transform needs, where covers lie, what is in them and between. */
export class SectionMixer {
  readonly #mixer: StreamMixer;
  readonly #section: MixableStreams;
  readonly #places: CoverPlaces;

  /** @param packed what was written, where that is read */
  constructor(section: MixableStreams, packed?: Uint8Array) {
    const { streams, mixed, early } = section;
    const late = new Set([...mixed].filter((place) => !early.has(place)));
    this.#mixer = new StreamMixer(streams, late, kindsOf(section), packed);
    this.#section = section;
    this.#places = coverPlaces(section);
  }

  /** @param base of the section, before anything is done to it */
  mixTransform(base: Uint8Array): void {
    mixTransform(this.#mixer, this.#section, base);
  }

  /** @param base of the section */
  classes(base: Uint8Array): MixedClasses {
    const { names, streams } = this.#section;
    const places = eachUnitStream((name) => names.indexOf(name));
    const textsLength = streams[places.unitTexts]?.length ?? 0;
    return new MixedClasses(this.#mixer, { ...places, firstKind: names.length }, base, textsLength);
  }

  mixCovers(): void {
    if (!this.#section.early.has(this.#places.coverLengths)) mixCovers(this.#mixer, this.#places);
  }

  /** @param window filled up to its base, and as it is compared; with zeros behind it */
  contents(window: Window): MixedContents {
    return new MixedContents(this.#mixer, this.#places, window);
  }

  /**
   * What was written.
   * @throws DELTA_INVALID if something is left of what was read
   */
  end(): Uint8Array {
    return this.#mixer.end();
  }
}

function kindsOf({ names }: Pick<MixableStreams, 'names'>): number {
  return names.length + (names.includes('units') ? sortCount : 0);
}

function mixTransform(mixer: StreamMixer, { names, streams, own }: MixableStreams, base: Uint8Array): void {
  for (const [place, name] of names.entries()) {
    if (place < own || unitStreams.has(name) || !mixer.isMixed(place)) continue;
    if (textStreams.has(name)) mixText(mixer, place, streams[place]?.length ?? 0, base);
    else mixer.walk(wayOf(name), place);
  }
}

function wayOf(name: string): WayOfWalking {
  return byteStreams.has(name) ? 'codeBytes' : 'codeNumbers';
}

function coverPlaces({ names, isJoined }: Pick<MixableStreams, 'names' | 'isJoined'>): CoverPlaces {
  const at = (name: string): number => names.indexOf(name);
  return {
    coverLengths: at('coverLengths'),
    literalLengths: at('literalLengths'),
    origins: at('origins'),
    seeks: at('seeks'),
    differences: at('differences'),
    values: at(isJoined ? 'differences' : 'values'),
    valueKind: at('values'),
    literals: at('literals'),
  };
}
