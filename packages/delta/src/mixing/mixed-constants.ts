import { type ConstantPlan, editedStep, firstNewStep, soughtStep } from '../class/constant-plan.ts';
import { unfolded } from '../varint.ts';
import { hashed } from './hashed.ts';
import { Recurrence } from './recurrence.ts';
import { magnitude, type StreamMixer } from './stream-mixer.ts';
import { TextContexts } from './text-contexts.ts';

/** Where streams of constants stand among all. */
export interface ConstantPlaces {
  readonly unitConstants: number;
  readonly unitSeeks: number;
  readonly unitTexts: number;
}

/** Which constants class files have, and their texts, each by those before. */
export class MixedConstants {
  readonly #mixer: StreamMixer;
  readonly #places: ConstantPlaces;
  readonly #texts: MixedTexts;
  /** The last four steps, and the tags of the last three constants, the latest lowest. */
  #steps = 0;
  #tags = 0;
  /** How often the last step came one behind the other. */
  #run = 0;
  #seek = 0;
  #seekBefore = 0;
  /** From the constant that might be kept to the others. */
  #toPart = 0;
  #toHome = 0;

  /**
   * @param base of the section
   * @param textsLength bytes of all texts
   */
  constructor(mixer: StreamMixer, places: ConstantPlaces, base: Uint8Array, textsLength: number) {
    this.#mixer = mixer;
    this.#places = places;
    this.#texts = new MixedTexts(mixer, places.unitTexts, base, textsLength);
  }

  step(plan: ConstantPlan): number {
    if (plan.index === 1) this.#tags = 0;
    const candidates = plan.candidates();
    const [kept, home, part] = candidates;
    this.#toPart = part - kept;
    this.#toHome = home - kept;
    const tags = candidates.map((index) => plan.old.tags[index] ?? 0) as [number, number, number, number];
    const same = (part === kept ? 1 : 0) | (home === kept ? 2 : 0);
    this.#setAround(tags, same);
    const step = this.#mixer.byte(this.#places.unitConstants, 9);
    this.#run = step === (this.#steps & 0xff) ? this.#run + 1 : 0;
    this.#steps = (this.#steps << 8) | step;
    this.#tags = ((this.#tags << 8) | tagOf(step, tags)) & 0xffffff;
    return step;
  }

  #setAround([kept, home, part]: readonly [number, number, number, number], same: number): void {
    const { around } = this.#mixer;
    const steps = this.#steps;
    const last = steps & 0xff;
    around[0] = last | (kept << 8) | (part << 16);
    around[1] = (steps & 0xffff) | (kept << 16);
    around[2] = steps;
    around[3] = (this.#tags & 0xffff) | (kept << 16) | (last << 24);
    around[4] = hashed(this.#tags, kept | (last << 8));
    around[5] = last | (kept << 8) | (home << 13) | (part << 18) | (same << 24);
    around[6] = Math.min(this.#run, 20) | (last << 8) | (kept << 16);
    around[7] = hashed(steps & 0xffffff, (this.#tags & 0xff) | (kept << 8) | (part << 16));
    around[8] = same | ((steps & 0xffff) << 8);
  }

  seek(): number {
    const { around } = this.#mixer;
    around[0] = this.#seek;
    around[1] = hashed(this.#seek, this.#seekBefore);
    around[2] = magnitude(this.#seek);
    around[3] = (this.#steps >>> 8) & 0xffff;
    around[4] = (this.#tags >>> 8) & 0xff;
    around[5] = hashed(this.#toPart, this.#toHome);
    around[6] = this.#toPart;
    around[7] = this.#toHome;
    this.#seekBefore = this.#seek;
    this.#seek = this.#mixer.number(this.#places.unitSeeks, 8);
    return unfolded(this.#seek);
  }

  text(use: number, place: number): Uint8Array {
    return this.#texts.next(use, place);
  }
}

/** The tag of the constant that a step says, or 31 where it is sought. */
function tagOf(step: number, tags: readonly number[]): number {
  if (step >= firstNewStep && step < editedStep) return step - firstNewStep;
  const way = step & (editedStep - 1);
  return way < soughtStep ? (tags[way] as number) : 31;
}

/** Bytes of an edited text that are told from those of a new one by what they were. */
const nearRuns = 8;

/** Above the runs of texts that are new. */
const runsOfEdits = 40;

const textContexts = 11;

/** Texts of constants, behind the section's base, of which many stand there. */
class MixedTexts {
  readonly #mixer: StreamMixer;
  readonly #place: number;
  readonly #bytes: Uint8Array;
  readonly #recurrence: Recurrence;
  readonly #contexts: TextContexts;
  #at: number;
  /** What this text begins with, hashed. */
  #prefix = 0;

  constructor(mixer: StreamMixer, place: number, base: Uint8Array, length: number) {
    this.#mixer = mixer;
    this.#place = place;
    this.#bytes = new Uint8Array(base.length + length);
    this.#bytes.set(base);
    this.#recurrence = new Recurrence(this.#bytes, base.length);
    this.#contexts = new TextContexts(this.#bytes);
    this.#at = base.length;
  }

  next(use: number, place: number): Uint8Array {
    const start = this.#at;
    this.#prefix = 0;
    this.#recurrence.follow(place, start);
    while (this.#byte(use, start, place >= 0) !== 0) this.#recurrence.pass(this.#at);
    return this.#bytes.subarray(start, this.#at - 1);
  }

  #byte(use: number, start: number, isEdit: boolean): number {
    const { around } = this.#mixer;
    const at = this.#at;
    const { run } = this.#recurrence;
    const expected = this.#recurrence.expected(at);
    this.#contexts.set(around, at, expected, run);
    const begun = Math.min(at - start, 3);
    around[2] = hashed(around[2] as number, begun);
    around[8] = (use << 8) | begun;
    around[9] = hashed(around[1] as number, use);
    around[10] = hashed(this.#prefix, use);
    const told = isEdit && run < nearRuns ? runsOfEdits + run : run;
    const byte = this.#mixer.expectedByte(this.#place, textContexts, expected, told);
    this.#bytes[at] = byte;
    this.#at++;
    this.#contexts.pass(byte);
    this.#prefix = hashed(this.#prefix, byte);
    return byte;
  }
}
