import { deltaInvalid } from '../difference/delta-invalid.ts';
import { type ConstantPool, shapeOf, slotsOf } from './constant-pool.ts';
import { FreeConstants } from './free-constants.ts';

/**
 * How the next constant of a class file is said: 0 to 3 are old ones, see {@link ConstantPlan.candidates}; 4 is one that is sought; what
 * is above is 5 and the tag of a new one. 64 more is a copied text that is edited.
 */
export const soughtStep = 4;
export const firstNewStep = 5;
export const editedStep = 0x40;

/** Which constants a class file has, and which of them are old ones: it is filled constant by constant, on both sides alike. */
export class ConstantPlan {
  readonly old: ConstantPool;
  /** By index of a new constant. */
  readonly tags: Uint8Array;
  readonly sources: Uint16Array;
  readonly isEdited: Uint8Array;
  /** By index of an old constant the new one that it became, or 0. */
  readonly renumbered: Uint16Array;
  /** The next one. */
  index = 1;
  readonly #free: FreeConstants;
  #last = 0;
  /** Where to go on after a visit elsewhere. */
  #home = 0;

  constructor(old: ConstantPool, count: number) {
    this.old = old;
    this.tags = new Uint8Array(count);
    this.sources = new Uint16Array(count);
    this.isEdited = new Uint8Array(count);
    this.renumbered = new Uint16Array(old.count);
    this.#free = new FreeConstants(old);
  }

  /** One more than the highest index. */
  get count(): number {
    return this.tags.length;
  }

  get isFull(): boolean {
    return this.index >= this.tags.length;
  }

  /** By step, the old constant that it means: see {@link candidate}. */
  candidates(): readonly [number, number, number, number] {
    return [this.candidate(0), this.candidate(1), this.candidate(2), this.candidate(3)];
  }

  /**
   * The old constant that a step below {@link soughtStep} means, or the number of all where there is none: from the last copied one on; from
   * where it would have gone on before the last that was sought elsewhere; the first part of copied ones; the first of all.
   */
  candidate(step: number): number {
    const free = this.#free;
    switch (step) {
      case 0:
        return free.from(this.#last);
      case 1:
        return free.from(this.#home);
      case 2:
        return free.nextPart() ?? this.old.count;
      default:
        return free.from(0);
    }
  }

  /** The first step that means an old constant, or {@link soughtStep}. */
  stepTo(source: number): number {
    let step = 0;
    while (step < soughtStep && this.candidate(step) !== source) step++;
    return step;
  }

  /** @throws DELTA_INVALID */
  copy(source: number, isEdited: boolean): void {
    const free = this.#free;
    if (!free.has(source))
      throw deltaInvalid(`constant ${source} of a class file is copied, and not there or copied twice`);
    if (source !== free.from(this.#last)) this.#home = this.#last;
    free.take(source);
    this.#last = source;
    free.queueParts(source);
    this.sources[this.index] = source;
    this.renumbered[source] = this.index;
    if (isEdited) this.isEdited[this.index] = 1;
    this.#place(this.old.tags[source] as number);
  }

  /** @throws DELTA_INVALID */
  add(tag: number): void {
    shapeOf(tag);
    this.#place(tag);
  }

  #place(tag: number): void {
    this.tags[this.index] = tag;
    this.index += slotsOf(tag);
    if (this.index > this.tags.length)
      throw deltaInvalid(`a class file has more than its ${this.tags.length} constants`);
  }
}
