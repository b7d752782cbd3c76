import { BlockPackError } from '@block-pack/core';
import { peekU2, peekU4 } from './class-cursor.ts';
import { type ConstantPool, classMagic, constantTag, readConstantPool } from './constant-pool.ts';
import { hashOfBytes } from './hash-of-bytes.ts';

/** Class files that have a text, of which no more are looked at: what all have says nothing. */
const mostWithText = 48;

/** Finds among class files the one that has most texts of a new one; texts with one hash count as the same. */
export class NearestClass<T> {
  readonly #known: T[] = [];
  /** By hash of a text. */
  readonly #withText = new Map<number, number | number[]>();
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
    let number = this.#known.length - this.#unread.length;
    for (const pool of this.#unread) {
      for (let index = 1; index < pool.count; index++)
        if (pool.tags[index] === constantTag.utf8) this.#readText(hashOfText(pool, index), number);
      number++;
    }
    this.#unread = [];
  }

  #readText(hash: number, number: number): void {
    const others = this.#withText.get(hash);
    // Most texts are of one class file alone, and an array for each takes as long as all else.
    if (others === undefined) this.#withText.set(hash, number);
    else if (typeof others === 'number') this.#withText.set(hash, [others, number]);
    else if (others.length < mostWithText) others.push(number);
  }

  /** Undefined where none shares anything. */
  find(pool: ConstantPool): T | undefined {
    this.#readTexts();
    const sharing: number[] = [];
    for (let index = 1; index < pool.count; index++)
      if (pool.tags[index] === constantTag.utf8) this.#share(pool, index, sharing);
    let best: number | undefined;
    let most = 0;
    for (const number of sharing) {
      const length = this.#shared[number] as number;
      this.#shared[number] = 0;
      if (length <= most) continue;
      most = length;
      best = number;
    }
    return best === undefined ? undefined : this.#known[best];
  }

  #share(pool: ConstantPool, index: number, sharing: number[]): void {
    const shared = this.#shared;
    const others = this.#withText.get(hashOfText(pool, index));
    if (others === undefined) return;
    const length = lengthOf(pool, index) + 4;
    for (const number of typeof others === 'number' ? [others] : others) {
      if (shared[number] === 0) sharing.push(number);
      shared[number] = (shared[number] as number) + length;
    }
  }
}

function hashOfText(pool: ConstantPool, index: number): number {
  const start = (pool.offsets[index] as number) + 2;
  return hashOfBytes(pool.bytes, start, start + lengthOf(pool, index));
}

function lengthOf({ bytes, offsets }: ConstantPool, index: number): number {
  return peekU2(bytes, offsets[index] as number);
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
