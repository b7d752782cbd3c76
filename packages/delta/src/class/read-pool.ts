import { deltaInvalid } from '../difference/delta-invalid.ts';
import { unfolded, type VarintWriter } from '../varint.ts';
import { peekU2 } from './class-cursor.ts';
import type { ClassStreamReaders } from './class-streams.ts';
import { type ConstantPool, shapeOf, slotsOf } from './constant-pool.ts';
import { bootstrapKind, indexKind, LastNumbers, shiftKind } from './last-numbers.ts';
import { beginPool, checkLength, type MadePool } from './made-pool.ts';
import { PoolOrder, type PoolOrderName, poolOrders } from './pool-order.ts';

/**
 * Reads what `writePool` wrote.
 * @param limit bytes that the class file may have up to the end of its constants
 * @throws DELTA_INVALID
 */
export function readPool(from: ClassStreamReaders, old: ConstantPool, limit: number): MadePool {
  const version = from.classes.nextByte() === 0 ? old.version : from.constantNumbers.take(4);
  const count = old.count + from.classes.nextSigned();
  if (count < 1 || count > 0xffff) throw deltaInvalid(`a class file of ${count} constants`);
  const plan = readRuns(from, old, count);
  const { tags, renumbered } = plan;
  const to = beginPool(version, count);
  checkLength(to, limit);
  const offsets = new Int32Array(count);
  const constants = new ConstantReader(from, old, plan, to);
  for (let index = 1; index < count; index += slotsOf(tags[index] as number)) {
    offsets[index] = to.length + 1;
    constants.next(index);
    checkLength(to, limit);
  }
  constants.end();
  return { pool: { bytes: to.bytes(), version, count, tags, offsets, end: to.length }, renumbered };
}

interface PoolPlan {
  readonly tags: Uint8Array;
  readonly sources: Uint16Array;
  readonly renumbered: Uint16Array;
}

function readRuns(from: ClassStreamReaders, old: ConstantPool, count: number): PoolPlan {
  const tags = new Uint8Array(count);
  const sources = new Uint16Array(count);
  const renumbered = new Uint16Array(old.count);
  let index = 1;
  const place = (tag: number): void => {
    tags[index] = tag;
    index += slotsOf(tag);
    if (index > count) throw deltaInvalid(`a class file has more than its ${count} constants`);
  };
  const order = new PoolOrder(old, orderOf(from.classes.nextByte()));
  while (index < count) {
    for (let literals = from.constantLiterals.next(); literals > 0; literals--)
      place(from.constantTags.nextByte());
    if (index === count) break;
    let source = soughtIn(order, from.constantSeeks.next());
    const run = from.constantRuns.next();
    if (run === 0) throw deltaInvalid('a run of no constants');
    for (let i = 0; i < run; i++) {
      if (!order.isFree(source))
        throw deltaInvalid(`constant ${source} of a class file is copied, and not there or copied twice`);
      sources[index] = source;
      renumbered[source] = index;
      place(old.tags[source] as number);
      order.place(source);
      source = order.expected();
    }
  }
  return { tags, sources, renumbered };
}

function orderOf(id: number): PoolOrderName {
  const name = poolOrders[id];
  if (name === undefined) throw deltaInvalid(`constants of a class file lie in the unknown order ${id}`);
  return name;
}

function soughtIn(order: PoolOrder, seek: number): number {
  if (seek === 1) return order.other();
  return order.expected() + unfolded(Math.max(0, seek - 2));
}

class ConstantReader {
  readonly #from: ClassStreamReaders;
  readonly #old: ConstantPool;
  readonly #plan: PoolPlan;
  readonly #to: VarintWriter;
  readonly #last = new LastNumbers();
  /** Texts until the next one that is edited, and that one. */
  #untilEdit: number;

  constructor(from: ClassStreamReaders, old: ConstantPool, plan: PoolPlan, to: VarintWriter) {
    this.#from = from;
    this.#old = old;
    this.#plan = plan;
    this.#to = to;
    this.#untilEdit = from.edits.next();
  }

  next(index: number): void {
    const tag = this.#plan.tags[index] as number;
    const source = this.#plan.sources[index] as number;
    this.#to.addByte(tag);
    if (source === 0) this.#literal(tag);
    else this.#copy(tag, source);
  }

  end(): void {
    if (this.#untilEdit !== 0) throw deltaInvalid('an edit of a text that a class file does not have');
  }

  #literal(tag: number): void {
    const shape = shapeOf(tag);
    switch (shape.holds) {
      case 'text':
        this.#newText();
        return;
      case 'number':
        this.#to.addBytes(this.#from.constantNumbers.take(shape.length));
        return;
      case 'indexes':
        for (let field = 0; field < shape.count; field++) this.#index(tag, field);
        return;
      case 'handle':
        this.#to.addByte(this.#from.constantNumbers.nextByte());
        this.#index(tag, 0);
        return;
      case 'bootstrap':
        this.#number(this.#last.value(bootstrapKind, this.#from.bootstraps.nextSigned()));
        this.#index(tag, 0);
    }
  }

  #index(tag: number, field: number): void {
    this.#number(this.#last.value(indexKind(tag, field), this.#from.constantIndexes.nextSigned()));
  }

  #number(value: number): void {
    if (value < 0 || value > 0xffff) throw deltaInvalid(`a class file has a constant ${value}`);
    this.#to.addTwo(value);
  }

  #newText(): void {
    const length = this.#from.textLengths.next();
    this.#number(length);
    this.#to.addBytes(this.#from.texts.take(length));
  }

  #copy(tag: number, source: number): void {
    const { bytes, offsets } = this.#old;
    const offset = offsets[source] as number;
    const shape = shapeOf(tag);
    switch (shape.holds) {
      case 'text':
        this.#copyText(bytes, offset);
        return;
      case 'number':
        this.#to.addBytes(bytes, offset, offset + shape.length);
        return;
      case 'indexes':
        for (let field = 0; field < shape.count; field++) this.#copyIndex(offset + 2 * field);
        return;
      case 'handle':
        this.#to.addByte(bytes[offset] as number);
        this.#copyIndex(offset + 1);
        return;
      case 'bootstrap': {
        const shift = this.#last.value(shiftKind, this.#from.bootstraps.nextSigned());
        this.#number(peekU2(bytes, offset) + shift);
        this.#copyIndex(offset + 2);
      }
    }
  }

  #copyIndex(at: number): void {
    const index = this.#plan.renumbered[peekU2(this.#old.bytes, at)] ?? 0;
    if (index === 0) throw deltaInvalid('a constant of a class file is copied, and not what it is made of');
    this.#to.addTwo(index);
  }

  #copyText(bytes: Uint8Array, offset: number): void {
    const start = offset + 2;
    const end = start + peekU2(bytes, offset);
    if (this.#untilEdit !== 1) {
      if (this.#untilEdit > 1) this.#untilEdit--;
      this.#to.addBytes(bytes, offset, end);
      return;
    }
    const before = this.#from.edits.next();
    const behind = this.#from.edits.next();
    if (before + behind > end - start) throw deltaInvalid('an edit of more than a text');
    const length = this.#from.textLengths.next();
    this.#number(before + length + behind);
    this.#to.addBytes(bytes, start, start + before);
    this.#to.addBytes(this.#from.texts.take(length));
    this.#to.addBytes(bytes, end - behind, end);
    this.#untilEdit = this.#from.edits.next();
  }
}
