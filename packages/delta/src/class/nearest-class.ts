import { BlockPackError } from '@block-pack/core';
import { peekU4 } from './class-cursor.ts';
import { type ConstantPool, classMagic, constantTag, readConstantPool, textOf } from './constant-pool.ts';

/** Class files that have a text, of which no more are looked at: what all have says nothing. */
const mostWithText = 48;

/** Finds among class files the one that has most texts of a new one. */
export class NearestClass<T> {
  readonly #known: T[] = [];
  readonly #byText = new Map<string, number[]>();
  /** For each known one what it shares with the one that is looked for: 0 but while that is done. */
  readonly #shared: number[] = [];
  /** Those of the last known ones: where none is ever looked for, their texts are not either. */
  #unread: ConstantPool[] = [];

  add(pool: ConstantPool, one: T): void {
    this.#known.push(one);
    this.#shared.push(0);
    this.#unread.push(pool);
  }

  #readTexts(): void {
    const first = this.#known.length - this.#unread.length;
    for (const [i, pool] of this.#unread.entries())
      for (const text of textsOf(pool)) {
        const others = this.#byText.get(text);
        if (others === undefined) this.#byText.set(text, [first + i]);
        else if (others.length < mostWithText) others.push(first + i);
      }
    this.#unread = [];
  }

  /** Undefined where none shares anything. */
  find(pool: ConstantPool): T | undefined {
    this.#readTexts();
    const shared = this.#shared;
    const sharing: number[] = [];
    for (const text of textsOf(pool))
      for (const number of this.#byText.get(text) ?? []) {
        if (shared[number] === 0) sharing.push(number);
        shared[number] = (shared[number] as number) + text.length + 4;
      }
    let best: number | undefined;
    let most = 0;
    for (const number of sharing) {
      const length = shared[number] as number;
      shared[number] = 0;
      if (length <= most) continue;
      most = length;
      best = number;
    }
    return best === undefined ? undefined : this.#known[best];
  }
}

function* textsOf(pool: ConstantPool): Iterable<string> {
  for (let index = 1; index < pool.count; index++)
    if (pool.tags[index] === constantTag.utf8) yield textOf(pool, index);
}

export function poolAt(bytes: Uint8Array, start: number, end: number): ConstantPool | undefined {
  if (end - start < 4 || peekU4(bytes, start) !== classMagic) return undefined;
  try {
    return readConstantPool(bytes, start, end);
  } catch (error) {
    if (error instanceof BlockPackError) return undefined;
    throw error;
  }
}
