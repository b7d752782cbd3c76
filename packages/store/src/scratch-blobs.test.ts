import { readdirSync } from 'node:fs';
import { type BlobSource, bytesOf, collect, digestOf, verified } from '@block-pack/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScratchBlobs } from './scratch-blobs.ts';
import { foldersForTests } from './testing/folders.ts';

const newFolder = foldersForTests();
let scratch: ScratchBlobs;

beforeEach(() => {
  scratch = new ScratchBlobs(newFolder());
});

afterEach(() => scratch.remove());

describe('a blob that is brought', () => {
  const content = new TextEncoder().encode('asm 9.7');
  const digest = digestOf(content);
  const giving = (bytes: Uint8Array): BlobSource => ({
    has: async () => true,
    read: () => verified(bytesOf(bytes.subarray(0, 3), bytes.subarray(3)), digest, 'the blob'),
  });

  it('is there as its source has it', async () => {
    await scratch.bring(giving(content), digest);
    expect(await collect(scratch.read(digest), 99, 'it')).toEqual(content);
    expect(await scratch.access(digest).read(4, 3)).toEqual(content.slice(4));
  });

  it('leaves nothing where its source finds it damaged', async () => {
    const refused = scratch.bring(giving(content.map((byte) => byte ^ 1)), digest);
    await expect(refused).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(readdirSync(scratch.directory)).toEqual([]);
  });
});
