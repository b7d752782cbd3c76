import { deltaInvalid } from '../difference/delta-invalid.ts';
import { ByteMixer } from './byte-mixer.ts';
import { hashed } from './hashed.ts';
import type { WalkedStream, WayOfWalking } from './walk.ts';

const leastTableBits = 16;

/** Of more bytes than this, old histories make room for new ones. */
const mostKnown = 1 << 18;

/** A byte needs two slots of 16 bytes for each context, but many are shared, and what is near is fast. */
const tableBytesOfOne = 64;

/**
 * Codes bytes of several streams in the order in which a reader needs them. Where streams are written it reads them, where they are read it fills them:
 * one walk serves both, and sees the same. Specified in docs/format/mixed-streams.md.
 */
export class StreamMixer {
  /** What is the same when a byte comes: to be set before it is coded. By the low byte of the first, predictions are weighed. */
  readonly around: Int32Array;
  readonly #streams: readonly WalkedStream[];
  readonly #mixer: ByteMixer;

  /**
   * @param mixed the streams that are coded, by their places
   * @param kinds of bytes: those of the streams, by their places, and behind them others
   * @param packed what was written, where that is read
   */
  constructor(
    streams: readonly Uint8Array[],
    mixed: ReadonlySet<number>,
    kinds: number,
    packed?: Uint8Array,
  ) {
    this.#streams = streams.map((bytes, place) => ({ place, bytes, isMixed: mixed.has(place), at: 0 }));
    const total = this.#streams.reduce((sum, { bytes, isMixed }) => sum + (isMixed ? bytes.length : 0), 0);
    this.#mixer = new ByteMixer(kinds, tableBits(total), packed);
    this.around = this.#mixer.around;
  }

  isMixed(place: number): boolean {
    return this.#stream(place).isMixed;
  }

  atEnd(place: number): boolean {
    const { at, bytes } = this.#stream(place);
    return at === bytes.length;
  }

  /**
   * The next varint of a stream; of one with more than 32 bits, those.
   * @param count of contexts that are set
   */
  number(place: number, count: number): number {
    let value = 0;
    let before = 0;
    for (let index = 0; ; index++) {
      const byte = this.byte(place, count, hashed((place << 4) | index, before));
      if (index < 5) value |= (byte & 0x7f) << (7 * index);
      if (byte < 0x80 || index === mostBytes - 1) return value >>> 0;
      before = (before << 8) | byte;
    }
  }

  /**
   * The next byte of a stream.
   * @param own a context for itself, and beside each of the others
   * @param kind bytes of one kind are predicted as others of it were
   */
  byte(place: number, count: number, own: number = hashed(place << 4, 0), kind: number = place): number {
    const stream = this.#stream(place);
    const known = this.#next(stream);
    return pass(stream, stream.isMixed ? this.#mixer.codeAround(known, kind, own, count) : known);
  }

  /**
   * The next byte of a stream, by what stands around it and nothing else.
   * @param expected it might be that, or is -1
   * @param run how many bytes before were as expected
   * @param kind bytes of one kind are predicted as others of it were
   */
  expectedByte(place: number, count: number, expected: number, run: number, kind: number = place): number {
    const stream = this.#stream(place);
    const known = this.#next(stream);
    const { isMixed } = stream;
    return pass(stream, isMixed ? this.#mixer.codeExpected(known, place, kind, count, expected, run) : known);
  }

  /** Sets what stands around a number of a cover: seven, of which these four are told. */
  setAroundCover(first: number, second: number, third: number, fourth: number): void {
    this.#mixer.setAroundCover(first, second, third, fourth);
  }

  /**
   * Codes whole streams, as far as the first one goes.
   * @throws DELTA_INVALID
   */
  walk(way: WayOfWalking, ...places: readonly number[]): void {
    this.#mixer.walk({ way, streams: places.map((place) => this.#stream(place)) });
  }

  /**
   * What was written.
   * @throws DELTA_INVALID if something is left of what was read
   */
  end(): Uint8Array {
    return this.#mixer.end();
  }

  #next({ place, bytes, at }: WalkedStream): number {
    const known = bytes[at];
    if (known !== undefined) return known;
    this.#mixer.leave();
    throw deltaInvalid(`stream ${place} of a section ends too early`);
  }

  #stream(place: number): WalkedStream {
    const stream = this.#streams[place];
    if (stream === undefined) throw new RangeError(`no stream ${place}`);
    return stream;
  }
}

function pass(stream: WalkedStream, byte: number): number {
  stream.bytes[stream.at++] = byte;
  return byte;
}

/** Longest varint. */
const mostBytes = 8;

/**
 * Of the length of the table of histories.
 * @param total bytes that are mixed together
 */
export function tableBits(total: number): number {
  const bytes = Math.min(total, mostKnown) * tableBytesOfOne;
  return Math.max(leastTableBits, 32 - Math.clz32(bytes - 1));
}

/** A number of at most 32 bits as one of 0 to 31: exact below 16, then two steps for each power of two. */
export function magnitude(value: number): number {
  if (value < 16) return value;
  const power = 31 - Math.clz32(value);
  if (power > 11) return 31;
  return 16 + 2 * (power - 4) + ((value >>> (power - 1)) & 1);
}
