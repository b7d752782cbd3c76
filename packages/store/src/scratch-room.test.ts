import { readdirSync } from 'node:fs';
import { type BlobPart, collect, digestOf, type PartedBytes } from '@block-pack/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScratchBlobs } from './scratch-blobs.ts';
import type { ScratchRoom } from './scratch-room.ts';
import { foldersForTests } from './testing/folders.ts';

const newFolder = foldersForTests();
let scratch: ScratchBlobs;

beforeEach(() => {
  scratch = new ScratchBlobs(newFolder());
});

afterEach(() => scratch.remove());

const content = Uint8Array.from({ length: 300_000 }, (_, index) => index ** 2 % 251);
const digest = digestOf(content);

/** What is said to be so large goes to other threads, however small it is. */
const sizes = [0, 1 << 30];

function ownPart(room: ScratchRoom, offset: number, length: number): BlobPart {
  const range = { offset, length };
  return { blob: digest, range, crc: 0, read: () => room.read(range), copied: () => {}, failed: () => {} };
}

async function* inTurn(...pieces: readonly (Uint8Array | BlobPart)[]): PartedBytes {
  yield* pieces;
}

describe('the room of a blob', () => {
  it.each(sizes)('is the blob once what lacks is written, said to have %d bytes', async (about) => {
    const room = scratch.room(digest);
    room.write(content.subarray(200_000, 299_000), 200_000);
    room.write(content.subarray(10, 200_000), 10);
    const copier = scratch.roomCopier(room, scratch);
    const parts = [ownPart(room, 10, 150_000), ownPart(room, 150_010, 148_990)];
    const whole = inTurn(content.subarray(0, 10), ...parts, content.subarray(299_000));
    expect(await copier.write(whole, digest, about)).toEqual({ digest, size: content.length, added: true });
    await room.close();
    expect(Buffer.compare(await collect(scratch.read(digest), content.length, 'it'), content)).toBe(0);
    expect(readdirSync(scratch.directory)).toHaveLength(1);
  });

  it.each(sizes)('is no blob where it has other bytes, said to have %d bytes', async (about) => {
    const room = scratch.room(digest);
    room.write(content.subarray(11), 10);
    const copier = scratch.roomCopier(room, scratch);
    const whole = () => inTurn(content.subarray(0, 10), ownPart(room, 10, content.length - 11));
    await expect(copier.write(whole(), digest, about)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(readdirSync(scratch.directory)).toEqual([]);
    expect(await copier.write(inTurn(content), digest, about)).toMatchObject({ added: true });
  });

  it('is refused where what stands before a part has another length', async () => {
    const room = scratch.room(digest);
    room.write(content, 0);
    const copier = scratch.roomCopier(room, scratch);
    const refused = copier.write(inTurn(content.subarray(0, 9), ownPart(room, 10, 5)), digest);
    await expect(refused).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(readdirSync(scratch.directory)).toEqual([]);
  });

  it('leaves nothing, and takes nothing any more, once it is closed', async () => {
    const room = scratch.room(digest);
    room.write(content, 0);
    await room.close();
    await room.close();
    expect(() => room.write(content, 0)).toThrow('is closed');
    expect(readdirSync(scratch.directory)).toEqual([]);
  });
});
