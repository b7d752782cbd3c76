import { eachUnitStream, unitStreamNames } from '../class/unit-streams.ts';
import type { Window } from '../difference/cover.ts';
import { MixedClasses } from './mixed-classes.ts';
import { type CoverPlaces, MixedContents, mixCovers } from './mixed-covers.ts';
import { StreamMixer } from './stream-mixer.ts';
import { sortCount } from './value-sorts.ts';
import { mixBytes, mixNumbers, mixText } from './whole-streams.ts';

/** What is coded as bytes and not as numbers. */
const byteStreams: ReadonlySet<string> = new Set(['constantTags', 'constantNumbers']);

/** What is text, of which some may stand in the base. */
const textStreams: ReadonlySet<string> = new Set(['texts']);

/** What is coded when class files are made. */
const unitStreams: ReadonlySet<string> = new Set(unitStreamNames);

/** The streams of a section. */
export interface MixableStreams {
  readonly names: readonly string[];
  readonly streams: readonly Uint8Array[];
  /** How many of them every section has; behind them are those of its transform. */
  readonly own: number;
  readonly isJoined: boolean;
  /** The places of those that are mixed. */
  readonly mixed: ReadonlySet<number>;
}

/** Codes streams of a section, one way or the other, in three steps: what its transform needs, where covers lie, what is in them and between. */
export class SectionMixer {
  readonly #mixer: StreamMixer;
  readonly #section: MixableStreams;
  readonly #places: CoverPlaces;

  /** @param packed what was written, where that is read */
  constructor(section: MixableStreams, packed?: Uint8Array) {
    const kinds = section.names.length + (section.names.includes('units') ? sortCount : 0);
    this.#mixer = new StreamMixer(section.streams, section.mixed, kinds, packed);
    this.#section = section;
    this.#places = coverPlaces(section);
  }

  /** @param base of the section, before anything is done to it */
  mixTransform(base: Uint8Array): void {
    const { names, streams, own } = this.#section;
    for (const [place, name] of names.entries()) {
      if (place < own || unitStreams.has(name) || !this.#mixer.isMixed(place)) continue;
      if (textStreams.has(name)) mixText(this.#mixer, place, streams[place]?.length ?? 0, base);
      else if (byteStreams.has(name)) mixBytes(this.#mixer, place);
      else mixNumbers(this.#mixer, place);
    }
  }

  /** @param base of the section */
  classes(base: Uint8Array): MixedClasses {
    const { names, streams } = this.#section;
    const places = eachUnitStream((name) => names.indexOf(name));
    const textsLength = streams[places.unitTexts]?.length ?? 0;
    return new MixedClasses(this.#mixer, { ...places, firstKind: names.length }, base, textsLength);
  }

  mixCovers(): void {
    mixCovers(this.#mixer, this.#places);
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

function coverPlaces({ names, isJoined }: MixableStreams): CoverPlaces {
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
