import type { ClassSource } from '../class/class-source.ts';
import type { UnitPlace } from '../class/class-tape.ts';
import type { ClassValues } from '../class/class-units.ts';
import type { ConstantPlan } from '../class/constant-plan.ts';
import type { StreamKind } from '../class/typed-streams.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { hashed } from './hashed.ts';
import { type ConstantPlaces, MixedConstants } from './mixed-constants.ts';
import { MixedValues, type ValuePlaces } from './mixed-values.ts';
import type { StreamMixer } from './stream-mixer.ts';

/** Where streams of class files by units stand among all. */
export interface UnitPlaces extends ConstantPlaces, ValuePlaces {
  readonly unitClasses: number;
}

/** What class files are made of, each byte coded when it is asked for. */
export class MixedClasses implements ClassSource {
  readonly #mixer: StreamMixer;
  readonly #place: number;
  readonly #all: readonly number[];
  readonly #constants: MixedConstants;
  readonly #values: MixedValues;
  #number = 0;
  #numberBefore = 0;

  /**
   * @param base of the section
   * @param textsLength bytes of all texts
   */
  constructor(mixer: StreamMixer, places: UnitPlaces, base: Uint8Array, textsLength: number) {
    this.#mixer = mixer;
    const { unitClasses, unitConstants, unitSeeks, unitTexts, units, unitValues } = places;
    this.#place = unitClasses;
    this.#all = [unitConstants, unitSeeks, unitTexts, units, unitValues];
    this.#constants = new MixedConstants(mixer, places, base, textsLength);
    this.#values = new MixedValues(mixer, places);
  }

  get isLast(): boolean {
    return this.#mixer.atEnd(this.#place);
  }

  /** @throws DELTA_INVALID if any of the streams is not used up */
  end(): void {
    for (const place of this.#all)
      if (!this.#mixer.atEnd(place)) throw deltaInvalid(`stream ${place} of a section is not used up`);
  }

  number(): number {
    const { around } = this.#mixer;
    around[0] = this.#number;
    around[1] = hashed(this.#number, this.#numberBefore);
    around[2] = this.#numberBefore;
    this.#numberBefore = this.#number;
    this.#number = this.#mixer.number(this.#place, 3);
    return this.#number;
  }

  step(plan: ConstantPlan): number {
    return this.#constants.step(plan);
  }

  seek(): number {
    return this.#constants.seek();
  }

  beginConstants(tags: Uint8Array): void {
    this.#values.begin(tags);
  }

  text(use: number, place: number): Uint8Array {
    return this.#constants.text(use, place);
  }

  beginValues(old: ClassValues): void {
    this.#values.beginBody(old);
  }

  follow(place: number): void {
    this.#values.follow(place);
  }

  isSame(place: UnitPlace, length: number): boolean {
    return this.#values.isSame(place, length);
  }

  byte(kind: StreamKind, index: number, before: number): number {
    return this.#values.byte(kind, index, before);
  }

  named(kind: StreamKind, index: number): void {
    this.#values.named(kind, index);
  }
}
