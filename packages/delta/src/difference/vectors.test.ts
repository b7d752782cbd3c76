import { readFileSync } from 'node:fs';
import { bytesOf, collect, digestOf, randomAccessOf } from '@block-pack/core';
import { describe, expect, it } from 'vitest';
import { readTyped } from '../typed/read-typed.ts';
import { applyDifference } from './apply-difference.ts';

interface Vector {
  readonly name: string;
  /** UTF-8 text, or in a list of its own base64. */
  readonly bases: readonly string[];
  /** Base64. */
  readonly difference: string;
  readonly size: number;
  readonly digest: string;
}

interface TypedVector {
  readonly name: string;
  /** Base64. */
  readonly typed: string;
  readonly size: number;
  readonly digest: string;
}

function vectors<T = Vector>(name: string): readonly T[] {
  const file = new URL(`../../../../docs/format/vectors/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** What was written once is read for ever; what is written may change. */
describe('the golden vectors of differences', () => {
  it.each(vectors('difference'))('$name', (vector) => check(vector, 'utf8'));
  it.each(vectors('class-files'))('$name', (vector) => check(vector, 'base64'));
  it.each(vectors('native-code'))('$name', (vector) => check(vector, 'base64'));
});

describe('the golden vectors of typed contents', () => {
  it.each(vectors<TypedVector>('typed-contents'))('$name', async ({ typed, size, digest }) => {
    const bytes = new Uint8Array(Buffer.from(typed, 'base64'));
    const made = await collect(readTyped(bytesOf(bytes), size), 1 << 20, 'what they make');
    expect({ size: made.length, digest: digestOf(made) }).toEqual({ size, digest });
  });
});

async function check(
  { bases, difference, size, digest }: Vector,
  encoding: 'utf8' | 'base64',
): Promise<void> {
  const sources = bases.map((text) => randomAccessOf(new Uint8Array(Buffer.from(text, encoding))));
  const bytes = new Uint8Array(Buffer.from(difference, 'base64'));
  const made = await collect(applyDifference(sources, bytesOf(bytes), size), 1 << 20, 'what it makes');
  expect({ size: made.length, digest: digestOf(made) }).toEqual({ size, digest });
}
