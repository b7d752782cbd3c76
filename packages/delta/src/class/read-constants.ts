import { concat } from '@block-pack/core';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { peekU2, pokeU2, pokeU4 } from './class-cursor.ts';
import { type ClassSource, typeUse } from './class-source.ts';
import { ConstantPlan, editedStep, firstNewStep, soughtStep } from './constant-plan.ts';
import {
  type ConstantPool,
  classMagic,
  constantTag,
  readConstantPool,
  shapeOf,
  textBytes,
} from './constant-pool.ts';
import type { MadePool } from './read-pool.ts';
import { constantsOf } from './split-class.ts';
import { kinds, partKinds, type StreamKind } from './typed-streams.ts';

/** What is said of constants before they are. */
export interface PoolHeader {
  readonly version: Uint8Array;
  readonly count: number;
}

/**
 * Reads what `writeConstants` wrote: first which constants there are, then of what they are made, then their texts.
 * @param limit bytes that may be made
 * @param isOfBase whether the older class file is of the section's base, so that its texts are known by their places
 * @throws DELTA_INVALID
 */
export function readConstants(
  from: ClassSource,
  old: ConstantPool,
  { version, count }: PoolHeader,
  limit: number,
  isOfBase: boolean,
): MadePool {
  const plan = readPlan(from, old, count);
  from.beginConstants(plan.tags);
  const made = new ConstantReader(from, plan, limit);
  for (const index of constantsOf(plan)) made.parts(index);
  for (const index of constantsOf(plan))
    if (plan.tags[index] === constantTag.utf8) made.text(index, isOfBase);
  const head = new Uint8Array(10);
  pokeU4(head, 0, classMagic);
  head.set(version, 4);
  pokeU2(head, 8, count);
  const bytes = concat([head, ...made.constants.filter(({ length }) => length > 0)]);
  return { pool: readConstantPool(bytes, 0, bytes.length), renumbered: plan.renumbered };
}

function readPlan(from: ClassSource, old: ConstantPool, count: number): ConstantPlan {
  const plan = new ConstantPlan(old, count);
  while (!plan.isFull) {
    const step = from.step(plan);
    const isEdited = step >= editedStep;
    const way = isEdited ? step - editedStep : step;
    if (way >= firstNewStep && !isEdited) {
      plan.add(way - firstNewStep);
      continue;
    }
    const candidates = plan.candidates();
    const source = way === soughtStep ? candidates[0] + from.seek() : candidates[way];
    if (source === undefined) throw deltaInvalid(`a constant of a class file in the unknown way ${step}`);
    plan.copy(source, isEdited);
  }
  return plan;
}

class ConstantReader {
  /** By index; empty where no constant is. */
  readonly constants: Uint8Array[];
  readonly #from: ClassSource;
  readonly #plan: ConstantPlan;
  /** By index of a text: see {@link ClassSource.text}. */
  readonly #uses: Uint8Array;
  #shift = 0;
  #left: number;

  constructor(from: ClassSource, plan: ConstantPlan, limit: number) {
    this.#from = from;
    this.#plan = plan;
    this.#left = limit;
    this.#uses = new Uint8Array(plan.tags.length);
    this.constants = new Array<Uint8Array>(plan.tags.length).fill(new Uint8Array());
  }

  /** All of a constant that is no text. */
  parts(index: number): void {
    const tag = this.#plan.tags[index] as number;
    const shape = shapeOf(tag);
    switch (shape.holds) {
      case 'text':
        return;
      case 'number': {
        const bytes = this.#constant(index, shape.length);
        if (this.#isNew(index)) this.#bytes(bytes.subarray(1));
        return;
      }
      case 'indexes':
        this.#indexes(index, tag, this.#constant(index, 2 * shape.count), 1);
        return;
      case 'handle': {
        const bytes = this.#constant(index, 3);
        if (this.#isNew(index)) bytes[1] = this.#from.byte(kinds.handleKinds, 0, 0);
        this.#indexes(index, tag, bytes, 2);
        return;
      }
      case 'bootstrap': {
        const bytes = this.#constant(index, 4);
        if (this.#isNew(index)) pokeU2(bytes, 1, this.#two(kinds.callBootstraps, 0));
        else {
          this.#shift += this.#two(kinds.callBootstraps, 2);
          pokeU2(bytes, 1, peekU2(bytes, 1) + this.#shift);
        }
        this.#indexes(index, tag, bytes, 3);
      }
    }
  }

  text(index: number, isOfBase: boolean): void {
    const { old, sources, isEdited } = this.#plan;
    const source = sources[index] as number;
    const isSame = source !== 0 && isEdited[index] === 0;
    const place = source !== 0 && isOfBase ? (old.offsets[source] as number) + 2 : -1;
    const text = isSame ? textBytes(old, source) : this.#from.text(this.#uses[index] as number, place);
    if (text.length > 0xffff) throw deltaInvalid(`a text of a class file has ${text.length} bytes`);
    const bytes = this.#room(index, 2 + text.length);
    pokeU2(bytes, 1, text.length);
    bytes.set(text, 3);
  }

  #isNew(index: number): boolean {
    return this.#plan.sources[index] === 0;
  }

  /** What an old constant had, or room for a new one, behind its tag. */
  #constant(index: number, length: number): Uint8Array {
    const { old, sources } = this.#plan;
    const bytes = this.#room(index, length);
    const source = sources[index] as number;
    const offset = old.offsets[source] as number;
    if (source !== 0) bytes.set(old.bytes.subarray(offset, offset + length), 1);
    return bytes;
  }

  #room(index: number, length: number): Uint8Array {
    this.#left -= 1 + length;
    if (this.#left < 0) throw deltaInvalid('constants of class files have more bytes than are to be made');
    const bytes = new Uint8Array(1 + length);
    bytes[0] = this.#plan.tags[index] as number;
    this.constants[index] = bytes;
    return bytes;
  }

  #indexes(index: number, tag: number, bytes: Uint8Array, from: number): void {
    const { renumbered, tags } = this.#plan;
    for (const [i, kind] of (partKinds[tag] ?? []).entries()) {
      const at = from + 2 * i;
      const value = this.#isNew(index) ? this.#two(kind, 0) : (renumbered[peekU2(bytes, at)] ?? 0);
      if (value === 0 && !this.#isNew(index))
        throw deltaInvalid('a constant of a class file is copied, and not what it is made of');
      pokeU2(bytes, at, value);
      this.#from.named(kind, value);
      if (tags[value] === constantTag.utf8 && this.#uses[value] === 0)
        this.#uses[value] = kind === kinds.partTypes ? typeUse : tag;
    }
  }

  #two(kind: StreamKind, first: number): number {
    const high = this.#from.byte(kind, first, 0);
    return (high << 8) | this.#from.byte(kind, first + 1, high);
  }

  #bytes(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++)
      bytes[i] = this.#from.byte(kinds.constantNumbers, Math.min(i, 3), 0);
  }
}
