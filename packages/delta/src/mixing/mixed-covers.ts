import type { Window } from '../difference/cover.ts';
import { hashed } from './hashed.ts';
import { Recurrence } from './recurrence.ts';
import { magnitude, type StreamMixer } from './stream-mixer.ts';
import { byteAt, setLastBytes, wordAfter, wordBefore } from './text-contexts.ts';

/** Where a section's own streams stand among all. */
export interface CoverPlaces {
  readonly coverLengths: number;
  readonly literalLengths: number;
  readonly origins: number;
  readonly seeks: number;
  readonly differences: number;
  /** That of the differences where they are joined. */
  readonly values: number;
  /** Values are of one kind wherever they stand. */
  readonly valueKind: number;
  readonly literals: number;
}

/** Where covers lie: each number beside the others of its cover. */
export function mixCovers(mixer: StreamMixer, places: CoverPlaces): void {
  const { coverLengths, literalLengths, origins, seeks } = places;
  mixer.walk('codeCovers', coverLengths, literalLengths, origins, seeks);
}

/** What stands around a number of a cover. */
const aroundCount = 7;

const literalContexts = 12;
const valueContexts = 8;

/** What covers do not say, where it belongs: literals, and where and how covered bytes differ. Called before each is read. */
export class MixedContents {
  readonly #mixer: StreamMixer;
  readonly #places: CoverPlaces;
  readonly #bytes: Uint8Array;
  readonly #recurrence: Recurrence | undefined;
  #run = 0;
  #runBefore = 0;
  #value = 0;
  #valueBefore = 0;

  /** @param window filled up to its base, with zeros behind it */
  constructor(mixer: StreamMixer, places: CoverPlaces, { bytes, baseLength }: Window) {
    this.#mixer = mixer;
    this.#places = places;
    this.#bytes = bytes;
    if (mixer.isMixed(places.literals)) this.#recurrence = new Recurrence(bytes, baseLength);
  }

  /**
   * Literals, which it puts where they belong.
   * @param source where the cover before them would go on
   */
  literals(target: number, length: number, source: number): void {
    if (this.#recurrence === undefined || length === 0) return;
    const { around } = this.#mixer;
    this.#recurrence.follow(source, target);
    let word = wordBefore(this.#bytes, target);
    for (let at = target; at < target + length; at++) {
      if (at > target) this.#recurrence.pass(at);
      this.#setAroundLiteral(target, at, source + at - target);
      const expected = this.#recurrence.expected(at);
      const { run } = this.#recurrence;
      around[10] = word;
      around[11] = hashed(hashed(expected, byteAt(this.#bytes, at - 1)), Math.min(run, 15));
      const byte = this.#mixer.expectedByte(this.#places.literals, literalContexts, expected, run);
      this.#bytes[at] = byte;
      word = wordAfter(word, byte);
    }
  }

  #setAroundLiteral(target: number, at: number, beside: number): void {
    const { around } = this.#mixer;
    const bytes = this.#bytes;
    setLastBytes(around, bytes, at);
    const [one, two] = [byteAt(bytes, at - 1), byteAt(bytes, at - 2)];
    const [three, four] = [byteAt(bytes, at - 3), byteAt(bytes, at - 4)];
    const next = beside < at ? byteAt(bytes, beside) : 0;
    const afterNext = beside + 1 < at ? byteAt(bytes, beside + 1) : 0;
    around[5] = Math.min(at - target, 3);
    around[6] = two | (three << 8);
    around[7] = next | (one << 8);
    around[8] = three | (four << 8);
    around[9] = next | (afterNext << 8);
  }

  /** How many bytes of covers agree up to the next that differs. */
  run(): void {
    this.#mixer.setAroundCover(
      magnitude(this.#run),
      magnitude(this.#runBefore),
      this.#value,
      this.#valueBefore,
    );
    this.#runBefore = this.#run;
    this.#run = this.#mixer.number(this.#places.differences, aroundCount);
  }

  /** What is added to the byte that is at `at`. */
  value(at: number): void {
    const { around } = this.#mixer;
    const bytes = this.#bytes;
    const [old, one, two] = [byteAt(bytes, at), byteAt(bytes, at - 1), byteAt(bytes, at - 2)];
    const next = byteAt(bytes, at + 1);
    const oldOne = this.#run === 0 ? (one - this.#value) & 0xff : one;
    around[0] = old | (oldOne << 8) | (one << 16);
    around[1] = one | (two << 8);
    around[2] = this.#value;
    around[3] = old;
    around[4] = this.#value | (this.#valueBefore << 8);
    around[5] = old | (one << 8) | (next << 16);
    around[6] = this.#value | (Math.min(this.#run, 15) << 8);
    around[7] = old | (next << 8);
    this.#valueBefore = this.#value;
    const { values, valueKind } = this.#places;
    this.#value = this.#mixer.byte(values, valueContexts, hashed(valueKind << 4, 1), valueKind);
  }
}
