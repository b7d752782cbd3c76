import { PackingLanes } from '../difference/packing-lanes.ts';

/** Parts that are packed at the same time: more would be faster on more than two cores, and take more memory. */
const partsAtOnce = 2;

/** Sections that are packed at the same time, unless the lanes had too little to do: while the long stream of one is packed, as native code has it, the other lane takes the next. */
const sectionsAtOnce = 2;

/** Bytes of parts that two lanes pack while another section is taken apart. */
const enoughWaiting = 8 << 20;

/** Where sections of typed contents are packed, those of one group behind those of another. */
export class TypedLanes {
  readonly parts = new PackingLanes(partsAtOnce);
  readonly #packing = new Set<Promise<unknown>>();

  /** @param section that is being packed in the lanes */
  add(section: Promise<unknown>): void {
    this.#packing.add(section);
    const leave = () => this.#packing.delete(section);
    section.then(leave, leave);
  }

  /** Resolves when it is time to take another section apart: each one that is held takes some 80 MB. */
  async ready(): Promise<void> {
    if (this.#packing.size < sectionsAtOnce) return;
    await Promise.race([...this.#packing, this.parts.fewWait(enoughWaiting)]);
  }
}
