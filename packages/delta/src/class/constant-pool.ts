import { deltaInvalid } from '../difference/delta-invalid.ts';
import { ClassCursor, peekU2 } from './class-cursor.ts';

/** Tags of constants: {@link https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html#jvms-4.4 JVMS 4.4}. */
export const constantTag = {
  utf8: 1,
  integer: 3,
  float: 4,
  long: 5,
  double: 6,
  class: 7,
  string: 8,
  field: 9,
  method: 10,
  interfaceMethod: 11,
  nameAndType: 12,
  methodHandle: 15,
  methodType: 16,
  dynamic: 17,
  invokeDynamic: 18,
  module: 19,
  package: 20,
} as const;

/** What a constant holds behind its tag: a text, a number of so many bytes, or indexes of other constants. */
export type ConstantShape =
  | { readonly holds: 'text' }
  | { readonly holds: 'number'; readonly length: number; readonly slots: number }
  | { readonly holds: 'indexes'; readonly count: number }
  | { readonly holds: 'handle' }
  | { readonly holds: 'bootstrap' };

const one = { holds: 'indexes', count: 1 } as const;
const two = { holds: 'indexes', count: 2 } as const;
const t = constantTag;
const shapes: readonly (ConstantShape | undefined)[] = Array.from({ length: 256 }, (_, tag) => {
  if (tag === t.utf8) return { holds: 'text' };
  if (tag === t.integer || tag === t.float) return { holds: 'number', length: 4, slots: 1 };
  if (tag === t.long || tag === t.double) return { holds: 'number', length: 8, slots: 2 };
  if ([t.class, t.string, t.methodType, t.module, t.package].some((known) => known === tag)) return one;
  if ([t.field, t.method, t.interfaceMethod, t.nameAndType].some((known) => known === tag)) return two;
  if (tag === t.methodHandle) return { holds: 'handle' };
  if (tag === t.dynamic || tag === t.invokeDynamic) return { holds: 'bootstrap' };
  return undefined;
});

/** @throws DELTA_INVALID */
export function shapeOf(tag: number): ConstantShape {
  const shape = shapes[tag];
  if (shape === undefined) throw deltaInvalid(`a class file has a constant of the unknown tag ${tag}`);
  return shape;
}

/** By tag: bytes behind it, of a text those that say its length; 0 for an unknown one. */
export const lengthsBehind = Uint8Array.from(shapes, (shape) => (shape === undefined ? 0 : lengthOf(shape)));

function lengthOf(shape: ConstantShape): number {
  switch (shape.holds) {
    case 'text':
      return 2;
    case 'number':
      return shape.length;
    case 'indexes':
      return 2 * shape.count;
    case 'handle':
      return 3;
    case 'bootstrap':
      return 4;
  }
}

/** Entries that a constant takes up in the pool. */
export function slotsOf(tag: number): number {
  return tag === constantTag.long || tag === constantTag.double ? 2 : 1;
}

/** The constants of a class file as they lie in its bytes. */
export interface ConstantPool {
  readonly bytes: Uint8Array;
  /** Of the class file: four bytes. */
  readonly version: Uint8Array;
  /** One more than the highest index, as in the class file. */
  readonly count: number;
  /** By index; 0 where no constant is. */
  readonly tags: Uint8Array;
  /** By index: the position behind the tag. */
  readonly offsets: Int32Array;
  /** The position behind the last constant. */
  readonly end: number;
}

export const classMagic = 0xcafebabe;

/**
 * The pool of the class file that begins at `start`.
 * @throws DELTA_INVALID for what is none
 */
export function readConstantPool(bytes: Uint8Array, start: number, end: number): ConstantPool {
  const cursor = new ClassCursor(bytes, start, end);
  if (cursor.u4() !== classMagic) throw deltaInvalid('a class file does not begin as one');
  cursor.skip(4);
  const version = bytes.subarray(start + 4, start + 8);
  const count = cursor.u2();
  const tags = new Uint8Array(count);
  const offsets = new Int32Array(count);
  let { at } = cursor;
  for (let index = 1; index < count; ) {
    const tag = at < end ? (bytes[at] as number) : 0;
    const length = lengthsBehind[tag] as number;
    if (length === 0) throw deltaInvalid(`a class file has a constant of the unknown tag ${tag}`);
    tags[index] = tag;
    offsets[index] = at + 1;
    at += 1 + length;
    if (tag === constantTag.utf8) at += peekU2(bytes, at - 2);
    if (at > end) throw deltaInvalid('a class file ends too early');
    index += slotsOf(tag);
    if (index > count) throw deltaInvalid('a class file has half a constant at the end of its pool');
  }
  return { bytes, version, count, tags, offsets, end: at };
}

/** The bytes of a text; empty for what is none. */
export function textBytes({ bytes, tags, offsets }: ConstantPool, index: number): Uint8Array {
  if (tags[index] !== constantTag.utf8) return new Uint8Array();
  const offset = offsets[index] as number;
  return bytes.subarray(offset + 2, offset + 2 + peekU2(bytes, offset));
}

const { latin1Slice } = Buffer.prototype;

/** A text, one character for each byte. */
export function textOf(pool: ConstantPool, index: number): string {
  if (pool.tags[index] !== constantTag.utf8) return '';
  const offset = pool.offsets[index] as number;
  // Without views of the bytes, of which there would be millions.
  return latin1Slice.call(pool.bytes, offset + 2, offset + 2 + peekU2(pool.bytes, offset));
}
