import type { UnitPlace } from '../class/class-tape.ts';
import { unitPlaces } from '../class/class-tape.ts';
import type { ClassValues } from '../class/class-units.ts';
import { RankedConstants } from '../class/ranked-constants.ts';
import {
  bytesOfKind,
  isConstantKind,
  kinds,
  type StreamKind,
  typedStreamNames,
} from '../class/typed-streams.ts';
import { hashed } from './hashed.ts';
import { Recurrence } from './recurrence.ts';
import { magnitude, type StreamMixer } from './stream-mixer.ts';
import { byteAt } from './text-contexts.ts';
import { sortOf } from './value-sorts.ts';

/** Where streams of units stand among all. */
export interface ValuePlaces {
  readonly units: number;
  readonly unitValues: number;
  /** The first of as many kinds of bytes as there are sorts of values. */
  readonly firstKind: number;
}

const valueContexts = 12;

const kindCount = typedStreamNames.length;

/** Bytes that came as expected, from which on what is expected counts more than the next constant. */
const sure = 4;

/** Above all runs that are told apart: how often the next constant came lately. */
const runsOfConstants = 32;

/** Values of class files, each beside what stood in the older one, and by what it means. */
export class MixedValues {
  readonly #mixer: StreamMixer;
  readonly #places: ValuePlaces;
  /** Old values of each class file, and behind them its new ones. */
  #bytes = new Uint8Array(1 << 16);
  readonly #recurrence = new Recurrence(this.#bytes, 0);
  #at = 0;
  #oldStart = 0;
  #isFollowed = true;
  /** By kind, the last values, and whether the next constant came, as bits. */
  readonly #last = new Int32Array(kindCount);
  readonly #lastBefore = new Int32Array(kindCount);
  readonly #wasNext = new Int32Array(kindCount);
  /** The last three opcodes. */
  #opcodes = 0;
  readonly #ranks = new RankedConstants();
  #next = 0;
  /** Whether the last units stayed, as bits. */
  #units = 0;

  constructor(mixer: StreamMixer, places: ValuePlaces) {
    this.#mixer = mixer;
    this.#places = places;
  }

  /** @param tags of the constants of a class file, from whose parts on its values come */
  begin(tags: Uint8Array): void {
    this.#ranks.open(tags);
    this.#last.fill(0);
    this.#lastBefore.fill(0);
    this.#opcodes = 0;
    this.#recurrence.follow(-1, this.#at);
    this.#isFollowed = true;
  }

  /** Its constants are known. */
  beginBody(old: ClassValues): void {
    this.#reserve(old.bytes.length);
    this.#bytes.set(old.bytes, this.#at);
    this.#oldStart = this.#at;
    this.#at += old.bytes.length;
    this.#ranks.begin();
  }

  follow(place: number): void {
    this.#recurrence.follow(this.#oldStart + place, this.#at);
    this.#isFollowed = true;
  }

  isSame(place: UnitPlace, length: number): boolean {
    const { around } = this.#mixer;
    const kind = unitPlaces.indexOf(place) << 8;
    const units = this.#units;
    around[0] = (units & 3) | kind;
    around[1] = (units & 15) | kind;
    around[2] = magnitude(length) | kind;
    around[3] = hashed(magnitude(length) | kind, units & 7);
    around[4] = (units & 0xff) | kind;
    const flag = this.#mixer.byte(this.#places.units, 5);
    this.#units = (units << 1) | (flag === 0 ? 0 : 1);
    return flag === 0;
  }

  named(kind: StreamKind, index: number): void {
    this.#ranks.pass(kind, index);
  }

  byte(kind: StreamKind, index: number, before: number): number {
    this.#reserve(1);
    const at = this.#at;
    const recurrence = this.#recurrence;
    if (!this.#isFollowed) recurrence.pass(at);
    this.#isFollowed = false;
    const repeated = recurrence.expected(at);
    const next = this.#nextConstant(kind, index, before);
    this.#setAround(kind, index, before, repeated, next);
    const isNext = next >= 0 && (recurrence.run < sure || repeated < 0);
    const expected = isNext ? next : repeated;
    const run = isNext
      ? runsOfConstants + ((this.#wasNext[kind] as number) & 15)
      : Math.min(recurrence.run, runsOfConstants - 1);
    const { unitValues, firstKind } = this.#places;
    const byte = this.#mixer.expectedByte(unitValues, valueContexts, expected, run, firstKind + sortOf(kind));
    this.#bytes[at] = byte;
    this.#at++;
    this.#pass(kind, index, (before << 8) | byte);
    return byte;
  }

  /** The byte of the next constant that was not named yet, where the bytes before are its; or -1. */
  #nextConstant(kind: StreamKind, index: number, before: number): number {
    if (!isConstantKind(kind)) return -1;
    if (index === 0) this.#next = this.#ranks.expected(kind);
    if (this.#next === 0) return -1;
    if (index === 0) return this.#next >> 8;
    return before === this.#next >> 8 ? this.#next & 0xff : -1;
  }

  #setAround(kind: StreamKind, index: number, before: number, repeated: number, next: number): void {
    const { around } = this.#mixer;
    const bytes = this.#bytes;
    const at = this.#at;
    const role = (kind << 2) | index;
    const begun = role | (before << 12);
    const two = byteAt(bytes, at - 1) | (byteAt(bytes, at - 2) << 8);
    const three = two | (byteAt(bytes, at - 3) << 16);
    const four = hashed(hashed(role, three), byteAt(bytes, at - 4));
    const last = hashed(begun, (this.#last[kind] as number) + 1);
    const run = Math.min(this.#recurrence.run, 15);
    around[0] = begun;
    around[1] = hashed(role, two);
    around[2] = hashed(role, three);
    around[3] = four;
    around[4] = hashed(four, byteAt(bytes, at - 5) | (byteAt(bytes, at - 6) << 8));
    around[5] = last;
    around[6] = hashed(last, this.#lastBefore[kind] as number);
    around[7] = hashed(begun, this.#opcodes);
    around[8] = hashed(role, (repeated + 1) | (run << 9));
    around[9] = isConstantKind(kind)
      ? hashed(hashed(role, repeated + 1), next + 1)
      : hashed(begun, (repeated + 1) | ((this.#opcodes & 0xff) << 9));
    around[10] = hashed(hashed(begun, this.#opcodes & 0xffff), next + 1);
    around[11] = hashed(hashed(begun, next + 1), this.#opcodes & 0xff);
  }

  #pass(kind: StreamKind, index: number, value: number): void {
    if (kind === kinds.opcodes) this.#opcodes = ((this.#opcodes << 8) | (value & 0xff)) & 0xffffff;
    if (index !== bytesOfKind(kind) - 1) return;
    this.#lastBefore[kind] = this.#last[kind] as number;
    this.#last[kind] = value;
    if (isConstantKind(kind))
      this.#wasNext[kind] = ((this.#wasNext[kind] as number) << 1) | (value === this.#next ? 1 : 0);
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#at + count));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#recurrence.grow(larger);
  }
}
