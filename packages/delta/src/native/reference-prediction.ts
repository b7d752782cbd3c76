import { countUpTo } from '../count-up-to.ts';
import type { Cover, Window } from '../difference/cover.ts';
import { AddressMap } from './address-map.ts';
import { type AddressRun, AddressSpace } from './address-space.ts';
import type { Programs, Region } from './programs.ts';
import { type ReferenceForm, referenceKinds, type Words, wordsOf } from './references.ts';

/**
 * Copies covers of native code as they are expected to be: what names an address of the old program names the new one of the same thing.
 * Both sides expect the same, since it follows from the programs, the covers, and what was made before.
 */
export class ReferencePrediction {
  readonly #words: Words;
  readonly #new: AddressSpace;
  /** Of the copy that was looked at last. */
  #run: AddressRun;
  readonly #regions: readonly PlacedRegion[];
  readonly #regionEnds: readonly number[];
  readonly #map: AddressMap;
  readonly #exceptions = new Exceptions();
  /** Of the reference that is expected last: the old address, the new one by covers, and what that is counted from. */
  #from = 0;
  #mapped: number | undefined;
  #place = 0;

  /** @param covers all of the window's */
  constructor({ bytes, baseLength }: Window, { olds, news, regions }: Programs, covers: Iterable<Cover>) {
    this.#words = wordsOf(bytes);
    const old = new AddressSpace(olds, 0);
    this.#new = new AddressSpace(news, baseLength);
    this.#run = this.#new.run(0);
    this.#regions = regions.map((one) => placed(one, old));
    this.#regionEnds = this.#regions.map(({ end }) => end);
    this.#map = new AddressMap(covers, old, this.#new);
  }

  /**
   * Fills the target of a cover, whose source is in the base.
   * @param correct makes the bytes between two positions, which hold what is expected, those that are true. It is told of all, in order
   */
  copy({ target, source, length }: Cover, correct: (from: number, to: number) => void): void {
    this.#words.bytes.copyWithin(target, source, source + length);
    const shift = target - source;
    const end = source + length;
    let done = target;
    for (let i = countUpTo(this.#regionEnds, source); i < this.#regions.length; i++) {
      const region = this.#regions[i] as PlacedRegion;
      if (region.at >= end) break;
      const { next, formAt } = referenceKinds[region.kind];
      const to = Math.min(end, region.end);
      let at = next(this.#words, region.at, Math.max(source, region.at), to);
      while (at >= 0) {
        const form = formAt(this.#words, at);
        const isOne = this.#expect(region, form, at, at + shift);
        if (isOne) {
          correct(done, at + shift + form.width);
          done = at + shift + form.width;
          this.#learn(form, at + shift);
        }
        at = next(this.#words, region.at, at + (isOne ? form.width : 1), to);
      }
    }
    correct(done, target + length);
  }

  /** Has the copy of a reference name what is expected; false where there is none. */
  #expect(region: PlacedRegion, form: ReferenceForm, at: number, copy: number): boolean {
    const from = form.target(this.#words, at, region.place ?? at + region.shift);
    if (from < region.low || from >= region.high) return false;
    if (copy < this.#run.start || copy >= this.#run.end) this.#run = this.#new.run(this.#new.runBehind(copy));
    const { start, end, shift, low, high } = this.#run;
    if (copy < start || copy + form.width > end) return false;
    const mapped = this.#map.get(from);
    const expected = this.#exceptions.get(from) ?? mapped;
    if (expected === undefined || expected < low || expected >= high) return false;
    this.#from = from;
    this.#mapped = mapped;
    this.#place = region.place === undefined ? copy + shift : low + region.newOrigin;
    return form.point(this.#words, copy, this.#place, expected);
  }

  /** Remembers what the last expected reference truly names. */
  #learn(form: ReferenceForm, copy: number): void {
    const to = form.target(this.#words, copy, this.#place);
    if (to === this.#mapped) this.#exceptions.forget(this.#from);
    else this.#exceptions.remember(this.#from, to);
  }
}

/** A region, and the addresses of its program in the space of all. */
interface PlacedRegion extends Region {
  readonly end: number;
  /** Added to a position for its address. */
  readonly shift: number;
  /** What its references are counted from; undefined where that is where they stand. */
  readonly place: number | undefined;
  readonly low: number;
  readonly high: number;
}

function placed(region: Region, old: AddressSpace): PlacedRegion {
  const { low, high, shift } = old.run(old.runBehind(region.at));
  const place = referenceKinds[region.kind].hasOrigin ? low + region.origin : undefined;
  return { ...region, end: region.at + region.length, shift, place, low, high };
}

/** As a power of two: how many exceptions are remembered. */
const memoryBits = 16;

const multiplier = 0x9e3779b1;

/** Old addresses that went elsewhere than covers say. A later one takes the place of an earlier one now and then. */
class Exceptions {
  readonly #from = new Int32Array(2 ** memoryBits).fill(-1);
  readonly #to = new Float64Array(2 ** memoryBits);

  get(from: number): number | undefined {
    const slot = slotOf(from);
    return this.#from[slot] === from ? this.#to[slot] : undefined;
  }

  remember(from: number, to: number): void {
    const slot = slotOf(from);
    this.#from[slot] = from;
    this.#to[slot] = to;
  }

  forget(from: number): void {
    const slot = slotOf(from);
    if (this.#from[slot] === from) this.#from[slot] = -1;
  }
}

function slotOf(address: number): number {
  return Math.imul(address, multiplier) >>> (32 - memoryBits);
}
