import { readFileSync } from 'node:fs';
import { bytesOf, collect, digestOf, randomAccessOf } from '@block-pack/core';
import { describe, expect, it } from 'vitest';
import { applyDifference } from './apply-difference.ts';

interface Vector {
  readonly name: string;
  /** UTF-8 text. */
  readonly bases: readonly string[];
  /** Base64. */
  readonly difference: string;
  readonly size: number;
  readonly digest: string;
}

const file = new URL('../../../../docs/format/vectors/difference.json', import.meta.url);
const vectors: readonly Vector[] = JSON.parse(readFileSync(file, 'utf8'));

/** What was written once is read for ever; what is written may change. */
describe('the golden vectors of differences', () => {
  it.each(vectors)('$name', async ({ bases, difference, size, digest }) => {
    const sources = bases.map((text) => randomAccessOf(new TextEncoder().encode(text)));
    const bytes = new Uint8Array(Buffer.from(difference, 'base64'));
    const made = await collect(applyDifference(sources, bytesOf(bytes), size), 1 << 20, 'what it makes');
    expect({ size: made.length, digest: digestOf(made) }).toEqual({ size, digest });
  });
});
