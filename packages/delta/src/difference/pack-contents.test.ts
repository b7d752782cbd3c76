import { bytesOf, collect } from '@block-pack/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PackContentsOptions, packContents, unpackContents } from './pack-contents.ts';

describe('packed contents', () => {
  it('come back as they were, in whatever pieces they go and come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array()), fc.integer({ min: 1, max: 50 }), async (pieces, length) => {
        // Any other quality fills tables of megabytes first.
        const packed = await pack(pieces, { quality: 1 });
        const parts: Uint8Array[] = [];
        for (let at = 0; at < packed.length; at += length) parts.push(packed.subarray(at, at + length));
        const contents = new Uint8Array(Buffer.concat(pieces));
        expect(await unpack(parts, contents.length)).toEqual(contents);
      }),
    );
  });

  it('are refused when they are more or fewer bytes than they should be', async () => {
    const packed = await pack([new Uint8Array(1_000_000)]);
    for (const size of [999_999, 1_000_001, 0])
      await expect(unpack([packed], size)).rejects.toMatchObject({ code: 'DELTA_INVALID' });
  });

  it('are refused with bytes behind their end, and wherever they end early', async () => {
    const packed = await pack([new TextEncoder().encode('a content, and one more content')]);
    await expect(unpack([packed, Uint8Array.of(1)], 31)).rejects.toMatchObject({ code: 'DELTA_INVALID' });
    for (let end = 0; end < packed.length; end++)
      await expect(unpack([packed.subarray(0, end)], 31)).rejects.toMatchObject({ code: 'DELTA_INVALID' });
  });

  it('are refused, or come out otherwise, when a bit is wrong', async () => {
    const content = new TextEncoder().encode('a content, and one more content, and so on and on');
    const packed = await pack([content]);
    for (let bit = 0; bit < packed.length * 8; bit++) {
      const damaged = packed.with(bit >> 3, (packed[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
      const outcome = await unpack([damaged], content.length).catch((error: unknown) => error);
      if (outcome instanceof Uint8Array) expect(outcome.length).toBe(content.length);
      else expect(outcome).toMatchObject({ code: 'DELTA_INVALID' });
    }
  });
});

function pack(contents: readonly Uint8Array[], options?: PackContentsOptions): Promise<Uint8Array> {
  return collect(packContents(bytesOf(...contents), options), 1e8, 'the packed contents');
}

function unpack(packed: readonly Uint8Array[], size: number): Promise<Uint8Array> {
  return collect(unpackContents(bytesOf(...packed), size), 1e8, 'the contents');
}
