import { folded } from '../varint.ts';
import { alignPools } from './align-pools.ts';
import { peekU2 } from './class-cursor.ts';
import type { ClassStreamWriters } from './class-streams.ts';
import { type ConstantPool, shapeOf, slotsOf, textBytes } from './constant-pool.ts';
import { bootstrapKind, indexKind, LastNumbers, shiftKind } from './last-numbers.ts';
import { PoolOrder, type PoolOrderName, poolOrders } from './pool-order.ts';

/** Writes the constants of a class file, and its version, as changes of those of an older one. */
export function writePool(old: ConstantPool, now: ConstantPool, to: ClassStreamWriters): void {
  const sources = alignPools(old, now);
  const isSameVersion = Buffer.compare(old.version, now.version) === 0;
  to.classes.addByte(isSameVersion ? 0 : 1);
  if (!isSameVersion) to.constantNumbers.addBytes(now.version);
  to.classes.addSigned(now.count - old.count);
  writeRuns(old, now, sources, to);
  const constants = new ConstantWriter(old, now, to);
  for (let index = 1; index < now.count; index += slotsOf(now.tags[index] as number)) {
    const source = sources[index] as number;
    if (source === 0) constants.literal(index);
    else constants.copy(source, index);
  }
  constants.end();
}

/** The places of copied constants, one way or another. */
interface PoolRuns {
  readonly order: PoolOrderName;
  /** Before each run: constants that are new, and where it begins. Behind the last one may be new ones more. */
  readonly literals: number[];
  readonly seeks: number[];
  readonly lengths: number[];
}

function writeRuns(old: ConstantPool, now: ConstantPool, sources: Uint16Array, to: ClassStreamWriters): void {
  const [kept, parts] = poolOrders.map((order) => runsIn(order, old, now, sources)) as [PoolRuns, PoolRuns];
  const { order, literals, seeks, lengths } = parts.lengths.length < kept.lengths.length ? parts : kept;
  to.classes.addByte(poolOrders.indexOf(order));
  for (const count of literals) to.constantLiterals.add(count);
  for (const seek of seeks) to.constantSeeks.add(seek);
  for (const length of lengths) to.constantRuns.add(length);
  for (let index = 1; index < now.count; index += slotsOf(now.tags[index] as number))
    if (sources[index] === 0) to.constantTags.addByte(now.tags[index] as number);
}

function runsIn(name: PoolOrderName, old: ConstantPool, now: ConstantPool, sources: Uint16Array): PoolRuns {
  const order = new PoolOrder(old, name);
  const runs: PoolRuns = { order: name, literals: [], seeks: [], lengths: [] };
  let literals = 0;
  let isOpen = false;
  for (let index = 1; index < now.count; index += slotsOf(now.tags[index] as number)) {
    const source = sources[index] as number;
    if (source === 0) {
      literals++;
      isOpen = false;
      continue;
    }
    const expected = order.expected();
    if (isOpen && source === expected) runs.lengths.push((runs.lengths.pop() ?? 0) + 1);
    else {
      runs.literals.push(literals);
      runs.seeks.push(seekOf(source, expected, order.other()));
      runs.lengths.push(1);
      literals = 0;
      isOpen = true;
    }
    order.place(source);
  }
  if (literals > 0) runs.literals.push(literals);
  return runs;
}

/** 0 for what is expected, 1 for what is next to it, then signed differences. */
function seekOf(source: number, expected: number, other: number): number {
  if (source === expected) return 0;
  if (source === other) return 1;
  return 2 + folded(source - expected);
}

class ConstantWriter {
  readonly #old: ConstantPool;
  readonly #now: ConstantPool;
  readonly #to: ClassStreamWriters;
  readonly #last = new LastNumbers();
  #unedited = 0;

  constructor(old: ConstantPool, now: ConstantPool, to: ClassStreamWriters) {
    this.#old = old;
    this.#now = now;
    this.#to = to;
  }

  literal(index: number): void {
    const { bytes, tags, offsets } = this.#now;
    const tag = tags[index] as number;
    const offset = offsets[index] as number;
    const shape = shapeOf(tag);
    switch (shape.holds) {
      case 'text': {
        const text = textBytes(this.#now, index);
        this.#to.textLengths.add(text.length);
        this.#to.texts.addBytes(text);
        return;
      }
      case 'number':
        this.#to.constantNumbers.addBytes(bytes.subarray(offset, offset + shape.length));
        return;
      case 'indexes':
        for (let i = 0; i < shape.count; i++) this.#index(tag, i, peekU2(bytes, offset + 2 * i));
        return;
      case 'handle':
        this.#to.constantNumbers.addByte(bytes[offset] as number);
        this.#index(tag, 0, peekU2(bytes, offset + 1));
        return;
      case 'bootstrap':
        this.#to.bootstraps.addSigned(this.#last.difference(bootstrapKind, peekU2(bytes, offset)));
        this.#index(tag, 0, peekU2(bytes, offset + 2));
    }
  }

  #index(tag: number, field: number, index: number): void {
    this.#to.constantIndexes.addSigned(this.#last.difference(indexKind(tag, field), index));
  }

  copy(source: number, index: number): void {
    const tag = this.#now.tags[index] as number;
    const { holds } = shapeOf(tag);
    if (holds === 'text') this.#text(source, index);
    if (holds !== 'bootstrap') return;
    const before = peekU2(this.#old.bytes, this.#old.offsets[source] as number);
    const after = peekU2(this.#now.bytes, this.#now.offsets[index] as number);
    this.#to.bootstraps.addSigned(this.#last.difference(shiftKind, after - before));
  }

  #text(source: number, index: number): void {
    const before = textBytes(this.#old, source);
    const after = textBytes(this.#now, index);
    if (Buffer.compare(before, after) === 0) {
      this.#unedited++;
      return;
    }
    const most = Math.min(before.length, after.length);
    let start = 0;
    while (start < most && before[start] === after[start]) start++;
    let end = 0;
    while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
    this.#to.edits.add(this.#unedited + 1);
    this.#unedited = 0;
    this.#to.edits.add(start);
    this.#to.edits.add(end);
    this.#to.textLengths.add(after.length - start - end);
    this.#to.texts.addBytes(after.subarray(start, after.length - end));
  }

  end(): void {
    this.#to.edits.add(0);
  }
}
