import { copyBytes } from '../copy-bytes.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import type { VarintWriter } from '../varint.ts';
import { peekU2, pokeU2 } from './class-cursor.ts';
import { type ClassSource, typeUse } from './class-source.ts';
import { ConstantPlan, editedStep, firstNewStep, soughtStep } from './constant-plan.ts';
import { type ConstantPool, constantTag, lengthsBehind, shapeOf, slotsOf } from './constant-pool.ts';
import { beginPool, checkLength, type MadePool } from './made-pool.ts';
import { kinds, partKinds, type StreamKind } from './typed-streams.ts';

/** What is said of constants before they are. */
export interface PoolHeader {
  readonly version: Uint8Array;
  readonly count: number;
}

/**
 * Reads what `writeConstants` wrote: first which constants there are, then of what they are made, then their texts.
 * @param limit bytes that the class file may have up to the end of its constants
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
  const { tags, renumbered } = plan;
  from.beginConstants(tags);
  const constants = new ConstantReader(from, plan);
  constants.parts();
  const to = beginPool(version, count);
  checkLength(to, limit);
  const offsets = new Int32Array(count);
  for (let index = 1; index < count; index += slotsOf(tags[index] as number)) {
    offsets[index] = to.length + 1;
    constants.write(index, isOfBase, to);
    checkLength(to, limit);
  }
  return { pool: { bytes: to.bytes(), version, count, tags, offsets, end: to.length }, renumbered };
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
    if (way > soughtStep) throw deltaInvalid(`a constant of a class file in the unknown way ${step}`);
    plan.copy(way === soughtStep ? plan.candidate(0) + from.seek() : plan.candidate(way), isEdited);
  }
  return plan;
}

class ConstantReader {
  readonly #from: ClassSource;
  readonly #plan: ConstantPlan;
  /** All constants that are no texts. */
  readonly #bytes: Uint8Array;
  /** By index: the position behind the tag among those. */
  readonly #places: Int32Array;
  /** By index of a text: see {@link ClassSource.text}. */
  readonly #uses: Uint8Array;
  #shift = 0;

  constructor(from: ClassSource, plan: ConstantPlan) {
    const { tags, count } = plan;
    this.#from = from;
    this.#plan = plan;
    this.#places = new Int32Array(count);
    this.#uses = new Uint8Array(count);
    let end = 0;
    for (let index = 1; index < count; index++) {
      const tag = tags[index] as number;
      if (tag === 0 || tag === constantTag.utf8) continue;
      this.#places[index] = end + 1;
      end += 1 + (lengthsBehind[tag] as number);
    }
    this.#bytes = new Uint8Array(end);
  }

  /** Reads all but the texts. */
  parts(): void {
    const { tags } = this.#plan;
    for (let index = 1; index < tags.length; index++) {
      const tag = tags[index] as number;
      if (tag !== 0 && tag !== constantTag.utf8) this.#parts(index, tag);
    }
  }

  #parts(index: number, tag: number): void {
    const bytes = this.#bytes;
    const at = this.#places[index] as number;
    const isNew = this.#plan.sources[index] === 0;
    bytes[at - 1] = tag;
    if (!isNew) this.#copy(index, at);
    const shape = shapeOf(tag);
    switch (shape.holds) {
      case 'text':
        return;
      case 'number':
        if (isNew) this.#number(at, shape.length);
        return;
      case 'indexes':
        this.#indexes(tag, at, isNew);
        return;
      case 'handle':
        if (isNew) bytes[at] = this.#from.byte(kinds.handleKinds, 0, 0);
        this.#indexes(tag, at + 1, isNew);
        return;
      case 'bootstrap':
        if (isNew) pokeU2(bytes, at, this.#two(kinds.callBootstraps, 0));
        else {
          this.#shift += this.#two(kinds.callBootstraps, 2);
          pokeU2(bytes, at, peekU2(bytes, at) + this.#shift);
        }
        this.#indexes(tag, at + 2, isNew);
    }
  }

  /** What an old constant had. */
  #copy(index: number, at: number): void {
    const { old, sources, tags } = this.#plan;
    const offset = old.offsets[sources[index] as number] as number;
    const length = lengthsBehind[tags[index] as number] as number;
    copyBytes(old.bytes, offset, offset + length, this.#bytes, at);
  }

  #indexes(tag: number, from: number, isNew: boolean): void {
    const { renumbered, tags } = this.#plan;
    const bytes = this.#bytes;
    let at = from;
    for (const kind of partKinds[tag] ?? []) {
      const value = isNew ? this.#two(kind, 0) : (renumbered[peekU2(bytes, at)] ?? 0);
      if (value === 0 && !isNew)
        throw deltaInvalid('a constant of a class file is copied, and not what it is made of');
      pokeU2(bytes, at, value);
      this.#from.named(kind, value);
      if (tags[value] === constantTag.utf8 && this.#uses[value] === 0)
        this.#uses[value] = kind === kinds.partTypes ? typeUse : tag;
      at += 2;
    }
  }

  /** Writes a constant; texts are read only now. */
  write(index: number, isOfBase: boolean, to: VarintWriter): void {
    const { old, tags, sources, isEdited } = this.#plan;
    const tag = tags[index] as number;
    if (tag !== constantTag.utf8) {
      const at = this.#places[index] as number;
      to.addBytes(this.#bytes, at - 1, at + (lengthsBehind[tag] as number));
      return;
    }
    const source = sources[index] as number;
    const offset = old.offsets[source] as number;
    to.addByte(tag);
    if (source !== 0 && isEdited[index] === 0) {
      to.addBytes(old.bytes, offset, offset + 2 + peekU2(old.bytes, offset));
      return;
    }
    const text = this.#from.text(this.#uses[index] as number, source !== 0 && isOfBase ? offset + 2 : -1);
    if (text.length > 0xffff) throw deltaInvalid(`a text of a class file has ${text.length} bytes`);
    to.addTwo(text.length);
    to.addBytes(text);
  }

  #two(kind: StreamKind, first: number): number {
    const high = this.#from.byte(kind, first, 0);
    return (high << 8) | this.#from.byte(kind, first + 1, high);
  }

  #number(at: number, length: number): void {
    for (let i = 0; i < length; i++)
      this.#bytes[at + i] = this.#from.byte(kinds.constantNumbers, Math.min(i, 3), 0);
  }
}
